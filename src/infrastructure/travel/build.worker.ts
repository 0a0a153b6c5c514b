import { parentPort, workerData } from 'node:worker_threads'
import { projections } from '../../projections/index.ts'
import { openReader } from '../database/sqlite.ts'
import { SqliteHistory } from '../event-store/sqlite-history.ts'
import { FreshTables } from '../projections/fresh.ts'
import { SubjectKeys } from '../vault/subject-keys.ts'
import type { BuildOrder } from './build.ts'

const { database, personalKey, position, file } = workerData as BuildOrder
const reader = openReader(database)
const history = new SqliteHistory({
  reader,
  keys: new SubjectKeys(Buffer.from(personalKey)),
  encodeTag: (tag) => tag, // nothing is asked for by its tag
})
const tables = new FreshTables(reader, projections, file)
await tables.replay(history, position, (done) => parentPort?.postMessage(done))
tables.finish()
tables.close()
reader.close()
