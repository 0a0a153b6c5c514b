import { Chance } from './chance.ts'
import { type Figures, type Line, noFigures } from './figures.ts'
import { type Seams, whole } from './seams.ts'
import { Violation } from './violation.ts'
import { World } from './world.ts'

const COMMANDS_IN_A_WORLD = 1400
const LAST_LINES = 40

export type Report = {
  readonly seed: number
  readonly digest: string
  readonly figures: Readonly<Figures>
  readonly violation: {
    readonly law: string
    readonly message: string
    readonly lastLines: readonly string[]
  } | null
}

type Options = {
  readonly seed: number
  readonly commands: number
  readonly seams?: Partial<Seams>
  /** Told after each world; answers whether to go on. */
  readonly goesOn?: (figures: Readonly<Figures>) => Promise<boolean>
}

/** A running sum over texts: two runs that differ anywhere have another one. No secret is kept by it (FNV-1a, twice). */
const openDigest = () => {
  let [a, b] = [0x811c9dc5, 0x01234567]
  return {
    take(text: string) {
      for (let n = 0; n < text.length; n++) {
        a = Math.imul(a ^ text.charCodeAt(n), 0x01000193)
        b = Math.imul(b ^ text.charCodeAt(n), 0x01000197)
      }
    },
    value: () => [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}

/** One world after the other, each from its own part of the seed, until all commands are through or a law is broken. */
export const simulate = async ({
  seed,
  commands,
  seams = {},
  goesOn = () => Promise.resolve(true),
}: Options): Promise<Report> => {
  const figures = noFigures()
  const digest = openDigest()
  const seeds = new Chance(seed)
  let lines: Line[] = []
  const tell = (line: Line) => {
    lines.push(line)
    if (lines.length > 10 * LAST_LINES) lines = lines.slice(-LAST_LINES)
  }
  const report = (violation: Report['violation']): Report => ({
    seed,
    digest: digest.value(),
    figures,
    violation,
  })
  while (figures.commands < commands) {
    const world = new World({
      chance: new Chance(Math.floor(seeds.fraction() * 2 ** 32)),
      seams: { ...whole, ...seams },
      figures,
      tell,
      note: digest.take,
    })
    try {
      await world.live(Math.min(COMMANDS_IN_A_WORLD, commands - figures.commands))
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      const { law, message } = error
      return report({ law, message, lastLines: lines.slice(-LAST_LINES).map((line) => line()) })
    }
    if (!(await goesOn(figures))) break
  }
  return report(null)
}
