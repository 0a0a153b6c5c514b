import { setTimeout as sleep } from 'node:timers/promises'
import { lockOf } from '../event-store/postgres-locks.ts'
import { carryOut, inTransaction, type Pool } from './postgres.ts'
import { isPassing, outward } from './postgres-errors.ts'
import type { Exclusively } from './work.ts'

const TRIES = 12
const RETRY_MS = { least: 2, most: 20 }

export const pause = () => sleep(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least))

/** Each work in a transaction of its own; works under one name wait for each other, in whatever process. */
export const openExclusively =
  (pool: Pool): Exclusively =>
  async (name, work) => {
    const begin = `begin isolation level read committed; select pg_advisory_xact_lock(${lockOf(`work ${name}`)})`
    for (let tries = 1; ; tries++) {
      try {
        return await inTransaction(pool, begin, (client) => carryOut(client, work()))
      } catch (error) {
        if (!isPassing(error) || tries === TRIES) throw outward(error)
        await pause()
      }
    }
  }
