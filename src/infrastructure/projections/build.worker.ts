import { once } from 'node:events'
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { projections } from '../../projections/index.ts'
import type { Projection } from '../../projections/projection.ts'
import { openReader } from '../database/sqlite.ts'
import { SqliteHistory } from '../event-store/sqlite-history.ts'
import { SubjectKeys } from '../vault/subject-keys.ts'
import type { Place, SliceOrder } from './build.ts'
import { FreshTables } from './fresh.ts'

// On Linux this lowers only the calling thread: whoever builds yields to whoever answers requests.
const LOW_PRIORITY = 10
if (process.platform === 'linux') setPriority(0, LOW_PRIORITY)

const {
  place,
  personalKey,
  projections: wanted,
  after,
  until,
  isFirst,
  file,
  isIndexed,
} = workerData as SliceOrder
const parts = {
  keys: new SubjectKeys(Buffer.from(personalKey)),
  encodeTag: (tag: string) => tag, // nothing is asked for by its tag
}

const openHistory = async (where: Place) => {
  if ('file' in where) {
    const reader = openReader(where.file)
    return { history: new SqliteHistory({ ...parts, reader }), close: async () => void reader.close() }
  }
  const { openPool } = await import('../database/postgres.ts')
  const { Flusher } = await import('../database/postgres-flusher.ts')
  const { PostgresHistory } = await import('../event-store/postgres-history.ts')
  const pool = openPool({ url: where.url, max: 1, name: 'latchkey past', readOnly: true })
  return {
    history: new PostgresHistory({ ...parts, pool, flusher: new Flusher(pool, 'past'), durable: until }),
    close: () => pool.end(),
  }
}

const { history, close } = await openHistory(place)
const known = (name: string): Projection => {
  const found = projections.find((one) => one.name === name)
  if (!found) throw new Error(`no thread knows the projection ${name}`)
  return found
}
const tables = new FreshTables(wanted.map(known), { file, position: after, isLater: !isFirst })
await tables.replay(history, until, (position) => parentPort?.postMessage(position - after))
await close()
if (isFirst && parentPort) {
  const [later] = (await once(parentPort, 'message')) as [readonly SliceOrder[]]
  for (const slice of later) tables.absorb(slice.file, slice.until)
  if (isIndexed) tables.index()
}
tables.keep()
tables.close()
