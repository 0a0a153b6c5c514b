import type { LiveTables } from '../projections/live-tables.ts'
import { createBeside, freshName, keyOf, present, retiredName, swapIn } from './beside.ts'
import { ChangeWriter } from './changes.ts'
import type { SqliteConnection } from './sqlite.ts'
import { run, type Work } from './work.ts'

/** Done on the spot: a work of SQLite's is carried out on the writer's connection, within its transaction. */
function* atOnce(what: () => void): Work<void> {
  yield* [] // no statement that somebody else carries out
  what()
}

export const sqliteLiveTables = (db: SqliteConnection): LiveTables => {
  let writer: ChangeWriter | undefined
  const write = (changes: Parameters<ChangeWriter['write']>[0]): void => {
    writer ??= new ChangeWriter(db, { nameOf: freshName })
    writer.discard() // a transaction may be tried again
    writer.write(changes)
    writer.flush()
  }
  return {
    leftovers: async (tables) =>
      present(
        db,
        tables.flatMap((table) => [freshName(table), retiredName(table)]),
      ),
    createBeside: (table) => atOnce(() => createBeside(db, table)),
    writeBeside: (changes) => atOnce(() => write(changes)),
    fillBeside: (table, rows) => atOnce(() => write(rows.map((row) => ({ op: 'insert', table, row })))),
    holdWriters: () => atOnce(() => {}), // whoever has a transaction of the writer's is alone in it
    swapIn: (tables) =>
      atOnce(() => {
        for (const table of tables) swapIn(db, table)
      }),
    removeSome: (leftover, rows) => {
      const key = keyOf(db, leftover)
      const some = `select ${key} from ${leftover} order by ${key} limit $1`
      return run(`delete from ${leftover} where (${key}) in (${some})`, [rows])
    },
    drop: (leftover) => atOnce(() => db.exec(`drop table ${leftover}`)),
  }
}
