import { setImmediate } from 'node:timers/promises'
import { type DomainEvent, tagsOf } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import { type Difference, differencesOf, isCompared } from '../../projections/comparing.ts'
import type { House } from '../house.ts'
import { MASK } from './history.ts'

type Known = Pick<House, 'history'>

const AT_ONCE = 100
/** So many events are looked through for one page, even if they are about few things. */
const MAX_SCANNED = 2000
/** So many things have room on a page, each with all that belongs to it. */
const SUBJECTS = 20

async function* eventsAbout({ history }: Known, tag: Tag, until: number): AsyncIterable<DomainEvent> {
  let last = 0
  for (;;) {
    const slice = { limit: AT_ONCE, afterPosition: last, beforePosition: until + 1 }
    const events = await history.page({ tag }, slice)
    yield* events
    last = events.at(-1)?.position ?? last
    if (events.length < AT_ONCE) return
    await setImmediate()
  }
}

/** Whether something is met for the first time between the two moments: on later pages it has been shown already. */
const isFirst = async ({ history }: Known, tag: Tag, from: number, position: number): Promise<boolean> => {
  const [first] = await history.page({ tag }, { limit: 1, afterPosition: from })
  return first?.position === position
}

export type Comparison = {
  readonly differences: readonly Difference[]
  /** Where the next page begins; null behind the last. */
  readonly next: number | null
}

/**
 * What is another one at the later of two positions: the things that events between them are about, in the order in
 * which they are met, each with what differs. `after` is where the page before ended.
 */
export const compareMoments = async (
  known: Known,
  { from, to, after = from }: { readonly from: number; readonly to: number; readonly after?: number },
): Promise<Comparison> => {
  const differences: Difference[] = []
  const met = new Set<Tag>()
  let last = Math.max(after, from)
  let scanned = 0
  let shown = 0
  while (last < to) {
    const slice = { limit: AT_ONCE, afterPosition: last, beforePosition: to + 1 }
    const events = await known.history.page({}, slice)
    for (const event of events) {
      if (shown >= SUBJECTS || scanned >= MAX_SCANNED) return { differences, next: last }
      for (const tag of tagsOf(event).filter((one) => isCompared(one) && !met.has(one))) {
        met.add(tag)
        if (!(await isFirst(known, tag, from, event.position))) continue
        const found = await differencesOf(tag, eventsAbout(known, tag, to), from)
        differences.push(...found)
        if (found.length > 0) shown++
      }
      last = event.position
      scanned++
    }
    if (events.length < AT_ONCE) break
    await setImmediate()
  }
  return { differences, next: null }
}

/** What somebody may see of it: what is personal is for admins, everybody else sees that there is something. */
export const comparisonFor = (
  differences: readonly Difference[],
  seesPersons: boolean,
): readonly Difference[] =>
  seesPersons
    ? differences
    : differences.map((one) => ({
        ...one,
        fields: one.fields.map((field) =>
          field.isPersonal
            ? { ...field, from: field.from === null ? null : MASK, to: field.to === null ? null : MASK }
            : field,
        ),
      }))
