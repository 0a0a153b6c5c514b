import type { Logger } from 'pino'
import type { Foundation } from './foundation.ts'
import { sqliteReader, statementsOf } from './infrastructure/database/sqlite.ts'
import type { Exclusively, Work } from './infrastructure/database/work.ts'
import { ImportRunner } from './infrastructure/imports/import-runner.ts'
import { openImports } from './infrastructure/imports/imports.ts'

/** Work on rows, carried out on SQLite within the group of commands that is being committed. */
const exclusivelyOn = ({ db, store }: Pick<Foundation, 'db' | 'store'>): Exclusively => {
  const statement = statementsOf(db)
  const carryOut = <T>(work: Work<T>): T => {
    let step = work.next()
    while (!step.done) {
      const { sql, params } = step.value
      const bound = Object.fromEntries(params.map((value, n) => [n + 1, value]))
      const prepared = statement(sql)
      step = work.next(
        prepared.reader
          ? { rows: prepared.all(bound), changes: 0 }
          : { rows: [], changes: prepared.run(bound).changes },
      )
    }
    return step.value
  }
  return (_name, work) => store.exclusively(() => carryOut(work()))
}

const partsOf = ({ execute, reads, clock, ids, settings }: Foundation) => ({
  execute,
  reads,
  clock,
  ids,
  defaults: async () => ({ role: 'member', locale: 'en', ttlMs: settings.inviteTtlMs }) as const,
})

/** Imports of invites, as pages, the API, the command line and the runner know them. */
export const importsOn = (floor: Foundation) =>
  openImports({
    ...partsOf(floor),
    reader: sqliteReader(floor.reader),
    exclusively: exclusivelyOn(floor),
    wrapping: floor.keyring.personal,
  })

/** The runner that goes on with imports. */
export const openImportRunner = (floor: Foundation, log: Logger): ImportRunner =>
  new ImportRunner({ ...partsOf(floor), imports: importsOn(floor), log })
