import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Instant } from './domain/event.ts'
import { openHouse } from './doors.ts'
import { executeOn, type Foundation } from './foundation.ts'
import { readOnlyHouse } from './http/read-only.ts'
import { createServer } from './http/server.ts'
import { tagEncoder } from './infrastructure/event-store/codec.ts'
import { listen, openHttpServer } from './infrastructure/listen.ts'
import { FreshTables, type Progress } from './infrastructure/projections/fresh.ts'
import { addressDigest } from './infrastructure/vault/address-digest.ts'
import { SubjectKeys } from './infrastructure/vault/subject-keys.ts'
import { projections, readSide } from './projections/index.ts'

const LOOPBACK = '127.0.0.1'

type Moment = { readonly position: number; readonly at: Instant }

/**
 * The floor as it was at a moment: read tables built up to there in a file of their own, in front of the live
 * database, of which only what stood in the history by then is seen. Keys that were destroyed since are gone here, too.
 */
const floorAsOf = async (
  floor: Foundation,
  { position, at }: Moment,
  file: string,
  progress?: Progress,
): Promise<Foundation> => {
  const fresh = new FreshTables(projections, { file })
  try {
    await fresh.replay(floor.store, position, progress)
    fresh.index()
    fresh.keep()
  } finally {
    fresh.close()
  }
  const { database, store } = await floor.engine.past(file, position, {
    keys: new SubjectKeys(floor.keyring.personal),
    encodeTag: tagEncoder(addressDigest(floor.keyring['address-index'])),
  })
  const reads = readSide(database.reader)
  return {
    ...floor,
    clock: () => at,
    database,
    lists: database.reader,
    sqlite: null,
    store,
    reads,
    execute: executeOn(store),
  }
}

export type PastApp = { readonly address: string; readonly close: () => Promise<void> }

/** The whole product as it was, for whoever sits at this machine: shown as to an auditor, and written to by nobody. */
export const serveAsOf = async (
  floor: Foundation,
  moment: Moment,
  {
    port,
    log,
    progress,
  }: { readonly port: number; readonly log: Logger; readonly progress?: Progress | undefined },
): Promise<PastApp> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-as-of-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  try {
    const past = await floorAsOf(floor, moment, join(folder, 'read-side.db'), progress)
    let answer: ReturnType<ReturnType<typeof createServer>['callback']> | undefined
    const server = openHttpServer((req, res) => void answer?.(req, res))
    const { port: listening } = await listen(server, LOOPBACK, port)
    const address = `http://${LOOPBACK}:${listening}`
    const settings = { ...past.settings, publicUrl: address, loopback: true }
    const house = openHouse({ ...past, settings }, log, () => false)
    answer = createServer(readOnlyHouse(house, moment.at)).callback()
    return {
      address,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeAllConnections()
        await closed
        await past.store.close()
        removeFolder()
      },
    }
  } catch (error) {
    removeFolder()
    throw error
  }
}
