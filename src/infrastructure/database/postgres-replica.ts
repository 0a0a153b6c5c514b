import type { Parameter, Reader } from '../../projections/projection.ts'
import { positions } from './positions.ts'
import { ask, openPool, postgresReader } from './postgres.ts'

/** A replica that did not answer is left alone for so long. */
const REST_MS = 5000
const MAX_CONNECTIONS = 8

export type Replica = {
  /** From the replica, if it has seen what the request has to see; from the primary otherwise. */
  readonly reader: Reader
  readonly close: () => Promise<void>
}

/** Reads lists from a streaming replica, and never shows anybody less than they have written themselves. */
export const openReplica = (url: string, primary: Reader): Replica => {
  const pool = openPool({ url, max: MAX_CONNECTIONS, name: 'latchkey lists', readOnly: true })
  const replica = postgresReader(pool)
  let reached = 0
  let restUntil = 0

  const hasSeen = async (least: number): Promise<boolean> => {
    if (least <= reached) return true
    const heads = await ask<{ position: number }>(pool, 'select position from history_head')
    reached = Math.max(reached, ...heads.map(({ position }) => position))
    return least <= reached
  }

  const all = async <R>(sql: string, params?: readonly Parameter[]): Promise<R[]> => {
    if (performance.now() >= restUntil) {
      try {
        if (await hasSeen(positions.least())) return await replica.all<R>(sql, params)
      } catch {
        reached = 0 // it may be another one when it comes back
        restUntil = performance.now() + REST_MS
      }
    }
    return primary.all<R>(sql, params)
  }

  return {
    reader: {
      all,
      get: async <R>(sql: string, params?: readonly Parameter[]) => (await all<R>(sql, params))[0],
    },
    close: () => pool.end(),
  }
}
