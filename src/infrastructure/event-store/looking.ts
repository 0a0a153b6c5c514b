import { setTimeout as sleep } from 'node:timers/promises'
import { type DomainEvent, definitionOf } from '../../domain/catalogue.ts'
import type { Instant, Tag } from '../../domain/event.ts'
import type { Database } from '../database/work.ts'
import type { Doorbell } from '../doorbell.ts'
import type { FloorStore } from '../engine.ts'
import { openExplorer } from './explorer.ts'
import type { EventFilter, EventStore } from './store.ts'

export type LookingParts = {
  readonly store: EventStore & Pick<FloorStore, 'look'>
  readonly database: Pick<Database, 'reader' | 'dialect'>
  readonly clock: () => Instant
  readonly doorbell: Doorbell
}

type Question = Omit<EventFilter, 'after' | 'until' | 'newestFirst'> & {
  /** Inclusive. */
  readonly since?: Instant | undefined
  /** Exclusive. */
  readonly before?: Instant | undefined
}
type Slice = {
  readonly limit: number
  readonly beforePosition?: number | undefined
  readonly afterPosition?: number | undefined
}

/** What people look at the history through. */
export const openLooking = ({ store, database, clock, doorbell }: LookingParts) => {
  const explorer = openExplorer(database, clock)

  const page = async (
    { since, before, ...filter }: Question,
    { limit, beforePosition, afterPosition }: Slice,
  ): Promise<readonly DomainEvent[]> => {
    const first = since === undefined ? 1 : await explorer.positionAt(since)
    const end = before === undefined ? Number.MAX_SAFE_INTEGER : await explorer.positionAt(before)
    const range = {
      after: Math.max(first - 1, afterPosition ?? 0),
      until: Math.min(end, beforePosition ?? Number.MAX_SAFE_INTEGER) - 1,
    }
    const events: DomainEvent[] = []
    const newestFirst = afterPosition === undefined
    for await (const event of store.look({ ...filter, ...range, newestFirst, pageSize: limit })) {
      events.push(event)
      if (events.length === limit) break
    }
    return events
  }

  return {
    page,

    newestAbout: (tag: Tag, { limit, before }: { limit: number; before?: number | undefined }) =>
      page({ tag }, { limit, beforePosition: before }),

    async at(position: number) {
      const event = await store.get(position)
      const stored = event && (await explorer.stored(position))
      if (!stored) return null
      const data: Record<string, unknown> = event.data
      const isForgotten =
        stored.hasBox && definitionOf(event.type).personalFields.every((field) => data[field] === null)
      return { event, digest: stored.digest, isForgotten }
    },

    positionOf: (id: string) => explorer.positionOf(id),
    counts: (moments: readonly Instant[]) => explorer.counts(moments),
    head: () => store.head(),

    /** Resolves when something may have been appended, and after `ms` at the latest: another process rings no bell here. */
    async ring(ms: number): Promise<void> {
      const late = new AbortController()
      let stop = () => {}
      const rung = new Promise<void>((resolve) => {
        stop = doorbell.on('appended', () => resolve())
      })
      try {
        await Promise.race([rung, sleep(ms, undefined, { signal: late.signal, ref: false }).catch(() => {})])
      } finally {
        stop()
        late.abort()
      }
    },
  }
}
