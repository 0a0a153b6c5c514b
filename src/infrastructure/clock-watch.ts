import type { Clock } from './clock.ts'
import type { EventStore } from './event-store/store.ts'

/** What another node's clock may differ by, and more. */
const TOLERATED_MS = 60_000

type Parts = {
  readonly store: Pick<EventStore, 'head' | 'get'>
  readonly clock: Clock
  readonly log: { readonly error: (fields: object, message: string) => void }
}

/** No event is dated before the one before it: after a clock that was ahead, what is to last minutes is over when it is made. */
export const clockWatch =
  ({ store, clock, log }: Parts) =>
  async (): Promise<void> => {
    const last = await store.get(await store.head())
    const behindMs = last ? Date.parse(last.at) - Date.parse(clock()) : 0
    if (behindMs <= TOLERATED_MS) return
    log.error(
      { behindSeconds: Math.round(behindMs / 1000) },
      'the clock is behind the last event: links and codes made now end too soon. Set it, or wait until it has caught up',
    )
  }
