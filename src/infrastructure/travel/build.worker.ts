import { parentPort, workerData } from 'node:worker_threads'
import { projections } from '../../projections/index.ts'
import { openPool } from '../database/postgres.ts'
import { Flusher } from '../database/postgres-flusher.ts'
import { openReader } from '../database/sqlite.ts'
import { PostgresHistory } from '../event-store/postgres-history.ts'
import { SqliteHistory } from '../event-store/sqlite-history.ts'
import { FreshTables } from '../projections/fresh.ts'
import { SubjectKeys } from '../vault/subject-keys.ts'
import type { BuildOrder, Place } from './build.ts'

const { place, personalKey, position, file } = workerData as BuildOrder
const parts = {
  keys: new SubjectKeys(Buffer.from(personalKey)),
  encodeTag: (tag: string) => tag, // nothing is asked for by its tag
}

const openHistory = (where: Place) => {
  if ('file' in where) {
    const reader = openReader(where.file)
    return { history: new SqliteHistory({ ...parts, reader }), close: async () => void reader.close() }
  }
  const pool = openPool({ url: where.url, max: 1, name: 'latchkey past', readOnly: true })
  return {
    history: new PostgresHistory({ ...parts, pool, flusher: new Flusher(pool, 'past'), durable: position }),
    close: () => pool.end(),
  }
}

const { history, close } = openHistory(place)
const tables = new FreshTables(projections, file)
await tables.replay(history, position, (done) => parentPort?.postMessage(done))
tables.finish()
tables.close()
await close()
