import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Settings } from '../../src/config.ts'
import { testSettings } from '../support/house.ts'

/** Small seeded generator (mulberry32): a failing run is played again with SEED=…. */
export const seeded = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The seed of this run: from SEED, or new; printed, so that a failure can be played again. */
export const seedOf = (name: string): number => {
  const seed = process.env['SEED'] === undefined ? Date.now() % 1_000_000 : Number(process.env['SEED'])
  console.log(`${name}: SEED=${seed}`)
  return seed
}

/** How many rounds: the short form in `npm test`, the long one when LONG is set. */
export const rounds = (short: number, long: number): number =>
  process.env['LONG'] === undefined ? short : long

export const isLong = process.env['LONG'] !== undefined

/** Says why a part is left out of the short form. */
export const onlyLong = (what: string): boolean => {
  if (!isLong) console.log(`${what}: only in the long form, npm run faults`)
  return !isLong
}

/** That of so many values which so many in a hundred do not exceed. */
export const percentile = (values: readonly number[], hundredths: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * hundredths) / 100) - 1] ?? 0

/** Says how far a long run has come. */
export const progress = (name: string, round: number, of: number): void => {
  if (process.env['LONG'] !== undefined && round % 10 === 0) console.log(`${name}: ${round} of ${of}`)
}

/** A process on a database: a file in the folder, or the one on a server whose address is given. */
export const startWorker = (file: string, folder: string, url?: string): ChildProcess =>
  fork(join(import.meta.dirname, file), [folder, ...(url === undefined ? [] : [url])], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/** The setting of a database on a server; without an address, nothing. */
export const on = (url: string | undefined): Record<string, string> =>
  url === undefined ? {} : { DATABASE_URL: url, DATABASE_POOL: '8' }

/** The settings of a process that `startWorker` has started. */
export const workerSettings = (environment: Record<string, string> = {}): Settings => {
  const [, , folder = '', url] = process.argv
  return testSettings(folder, 3000, { ...on(url), ...environment })
}

/** The next message of a worker; rejects when it ends instead. */
export const nextMessage = <T>(worker: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the worker ended with ${code}`))
    worker.once('exit', ended)
    worker.once('message', (message) => {
      worker.off('exit', ended)
      resolve(message as T)
    })
  })
