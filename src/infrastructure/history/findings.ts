/** What can be wrong with a history. Whoever reads a finding should know where to look first. */
export type Kind =
  | 'changed'
  | 'removed'
  | 'inserted'
  | 'swapped'
  | 'cut'
  | 'rewritten'
  | 'rolled_back'
  | 'forged_seal'
  | 'damaged_tile'
  | 'damaged_file'

/** Position of the event, or of the first of several; for a seal, how many events it covers. */
export type Finding = { readonly kind: Kind; readonly position: number | null; readonly detail: string }

/** An event that is not the one sealed at its place: which one it says it is, and whether that one was sealed so. */
export type Odd = { readonly position: number; readonly own: number | null; readonly genuine: boolean }

const MOST = 100

/** Keeps the first findings and counts the rest: a ruined history has as many as it has events. */
export class Findings {
  readonly #kept: Finding[] = []
  #count = 0

  add(kind: Kind, position: number | null, detail: string): void {
    this.#count++
    if (this.#kept.length < MOST) this.#kept.push({ kind, position, detail })
  }

  get count(): number {
    return this.#count
  }

  /** By position; what has none stands at the end. */
  list(): readonly Finding[] {
    return this.#kept.toSorted(
      (a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER),
    )
  }
}

/**
 * Tells from the odd events what was done. Events say their own position: if two stand at each other's place they
 * were swapped; if all from some place on say the next one, one was taken out there; if the one before, one was put in.
 */
export const explainOdds = (odds: readonly Odd[], findings: Findings): void => {
  const at = new Map(odds.map((odd) => [odd.position, odd]))
  let shift = 0
  for (const { position, own, genuine } of odds) {
    const offset = own === null || !genuine ? null : own - position
    if (offset !== null && offset === shift) continue
    if (offset !== null && offset !== 0) {
      const other = at.get(own ?? 0)
      if (other?.genuine && other.own === position) {
        findings.add('swapped', position, `event ${own} stands at position ${position}`)
      } else if (offset > shift) {
        findings.add('removed', position, `events from here on are those sealed ${offset} further`)
        shift = offset
      } else {
        findings.add('inserted', position - 1, `events from here on are those sealed ${-offset} earlier`)
        shift = offset
      }
      continue
    }
    const next = at.get(position + 1)
    const putIn = next?.genuine === true && next.own === position + shift
    if (!putIn) findings.add('changed', position, 'the event is not the one that was sealed')
  }
}
