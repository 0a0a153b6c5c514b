import { percentile } from '../figures.ts'
import type { Seen } from './drive.ts'
import type { Kind } from './kinds.ts'

/** What has been seen in a stretch of time. */
export class Tally {
  readonly #served = new Map<Kind, number[]>()
  readonly #refusals = new Map<Kind, number[]>()
  readonly wrongs = new Map<string, number>()
  #count = 0

  readonly see = ({ kind, ms, said, detail }: Seen): void => {
    this.#count++
    if (said === 'wrong') {
      const what = `${kind.name}: ${detail}`
      this.wrongs.set(what, (this.wrongs.get(what) ?? 0) + 1)
      return
    }
    const into = said === 'served' ? this.#served : this.#refusals
    const known = into.get(kind)
    if (known) known.push(ms)
    else into.set(kind, [ms])
  }

  get count(): number {
    return this.#count
  }

  get wrong(): number {
    return [...this.wrongs.values()].reduce((sum, one) => sum + one, 0)
  }

  served(of: (kind: Kind) => boolean = () => true): readonly number[] {
    return [...this.#served].filter(([kind]) => of(kind)).flatMap(([, all]) => all)
  }

  refusals(of: (kind: Kind) => boolean = () => true): readonly number[] {
    return [...this.#refusals].filter(([kind]) => of(kind)).flatMap(([, all]) => all)
  }
}

export const isLight = ({ hashes }: Kind): boolean => !hashes
export const isHashed = ({ hashes }: Kind): boolean => hashes === true
export const isSignedIn = ({ who, hashes }: Kind): boolean => who === 'signed in' && !hashes
export const isNew = ({ who }: Kind): boolean => who === 'new'

export const p = (values: readonly number[], share: number): number =>
  Math.round(percentile(values, share) * 10) / 10

/** How much a second of time adds, by least squares; `xs` and `ys` go together. */
export const slope = (xs: readonly number[], ys: readonly number[]): number => {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
  const [x0, y0] = [mean(xs), mean(ys)]
  const over = xs.reduce((sum, x, n) => sum + (x - x0) * ((ys[n] ?? 0) - y0), 0)
  return over / xs.reduce((sum, x) => sum + (x - x0) ** 2, 0)
}

/** Rows of a table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
