import type { Instant } from '../domain/event.ts'

/** Answers the present moment; tests and simulations bring their own. */
export type Clock = () => Instant

export const systemClock: Clock = () => new Date().toISOString()

export const plus = (instant: Instant, ms: number): Instant =>
  new Date(Date.parse(instant) + ms).toISOString()
