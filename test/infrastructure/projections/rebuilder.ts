// A process of its own that rebuilds everything and is killed when it has begun to fill the tables beside.
import { openFoundation } from '../../../src/foundation.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import { testSettings } from '../../support/house.ts'

const [, , folder = ''] = process.argv
const { store, db, clock, ids } = await openFoundation(testSettings(folder, 3000))

const hasRows = (table: string): boolean =>
  db.prepare('select 1 from sqlite_schema where name = ?').get(table) !== undefined &&
  db.prepare(`select 1 from ${table}`).get() !== undefined

await rebuildProjections({
  store: {
    read: (filter) => store.read(filter),
    head: () => store.head(),
    readNow: (connection, after) => store.readNow(connection, after),
    emptyLog: () => store.emptyLog(),
    exclusively: async (work) => {
      const result = await store.exclusively(work)
      if (hasRows('fresh_users')) process.kill(process.pid, 'SIGKILL')
      return result
    },
  },
  db,
  projections,
  clock,
  builder: ids(),
})
