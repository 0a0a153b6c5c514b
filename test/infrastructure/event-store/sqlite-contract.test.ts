import { eventStoreContract } from '../../support/contract.ts'
import { openTestFloor, rawSqlite, testClock } from '../../support/house.ts'

eventStoreContract('SQLite', async () => {
  const clock = testClock()
  const floor = await openTestFloor({ clock })
  let closed = false
  return {
    store: {
      ...bound(floor.store),
      close: async () => {
        closed = true
        await floor.store.close()
      },
    },
    clock,
    rows: async (sql) => rawSqlite(floor).db.prepare(sql).all() as Record<string, unknown>[],
    tamper: async (sql) => {
      rawSqlite(floor).db.exec(sql)
    },
    close: async () => {
      if (!closed) return floor.dispose()
      await floor.hasher.close()
    },
  }
})

function bound(store: Awaited<ReturnType<typeof openTestFloor>>['store']) {
  return {
    decide: store.decide.bind(store),
    read: store.read.bind(store),
    readStored: store.readStored.bind(store),
    get: store.get.bind(store),
    head: store.head.bind(store),
  }
}
