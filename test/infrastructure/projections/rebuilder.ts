// A process of its own that rebuilds everything and is killed when it has begun to fill the tables beside.
import { openFoundation } from '../../../src/foundation.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import { rawSqlite, testSettings } from '../../support/house.ts'

const [, , folder = ''] = process.argv
const floor = await openFoundation(testSettings(folder, 3000))
const { store, database, engine, clock, ids } = floor
const { db } = rawSqlite(floor)

const hasRows = (table: string): boolean =>
  db.prepare('select 1 from sqlite_schema where name = ?').get(table) !== undefined &&
  db.prepare(`select 1 from ${table}`).get() !== undefined

await rebuildProjections({
  store,
  database: {
    ...database,
    exclusively: async (name, work) => {
      const result = await database.exclusively(name, work)
      if (hasRows('fresh_users')) process.kill(process.pid, 'SIGKILL')
      return result
    },
  },
  liveTables: engine.liveTables,
  projections,
  clock,
  builder: ids(),
})
