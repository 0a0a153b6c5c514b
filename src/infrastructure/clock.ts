import type { Instant } from '../domain/event.ts'

/** Answers the present moment; tests and simulations bring their own. */
export type Clock = () => Instant

let written = { ms: 0, instant: '' }

/** Writing an instant down costs more than looking at the clock, and a busy service looks many times a millisecond. */
export const systemClock: Clock = () => {
  const ms = Date.now()
  if (ms !== written.ms) written = { ms, instant: new Date(ms).toISOString() }
  return written.instant
}

export const plus = (instant: Instant, ms: number): Instant =>
  new Date(Date.parse(instant) + ms).toISOString()
