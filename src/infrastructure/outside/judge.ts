import { LRUCache } from 'lru-cache'
import type { Verdict } from '../../domain/users/events.ts'
import { type Clock, plus } from '../clock.ts'
import { OutsideFailure } from './http.ts'
import type { EmailVerifier } from './ports.ts'

const REMEMBER_MS = 600_000
const MAX_REMEMBERED = 10_000
const FAILURES_IN_A_ROW = 3
const REST_MS = 30_000

/** Asks once, also when the same is asked again a little later. */
export const remembering = ({ judge }: EmailVerifier, clock: Clock): EmailVerifier => {
  const known = new LRUCache<string, Verdict>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
    ttlResolution: 0,
    perf: { now: () => Date.parse(clock()) },
  })
  return {
    async judge(email, signal) {
      const before = known.get(email)
      if (before !== undefined) return before
      const verdict = await judge(email, signal)
      known.set(email, verdict)
      return verdict
    },
  }
}

type Parts = {
  readonly verifier: EmailVerifier
  readonly clock: Clock
  readonly log: { readonly info: (fields: object, message: string) => void }
}

/**
 * The verdict on an address for somebody who waits; null when there is none. A service that fails again and again is
 * left alone for a while, so that not everybody has to wait for nothing.
 */
export const openJudge = ({ verifier, clock, log }: Parts) => {
  const stopping = new AbortController()
  let failures = 0
  let restUntil = ''
  return {
    async judge(email: string): Promise<Verdict | null> {
      if (clock() < restUntil) return null
      try {
        const verdict = await verifier.judge(email, stopping.signal)
        failures = 0
        return verdict
      } catch (error) {
        if (++failures >= FAILURES_IN_A_ROW) restUntil = plus(clock(), REST_MS)
        const reason = error instanceof OutsideFailure ? error.reason : 'unknown'
        log.info({ reason }, 'no verdict on an address; going on without one')
        return null
      }
    },
    stop: () => stopping.abort(),
  }
}
