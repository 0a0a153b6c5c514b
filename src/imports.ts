import type { Logger } from 'pino'
import { inviteLocale } from './domain/settings/in-force.ts'
import type { Foundation } from './foundation.ts'
import { ImportRunner } from './infrastructure/imports/import-runner.ts'
import { openImports } from './infrastructure/imports/imports.ts'
import { openSettings } from './settings.ts'

const partsOf = (floor: Foundation) => {
  const { execute, reads, clock, ids } = floor
  const settings = openSettings(floor)
  return {
    execute,
    reads,
    clock,
    ids,
    defaults: async () => {
      const inForce = await settings.fresh()
      return { role: inForce.inviteRole, locale: inviteLocale(inForce, 'en'), ttlMs: inForce.inviteTtlMs }
    },
  }
}

/** Imports of invites, as pages, the API, the command line and the runner know them. */
export const importsOn = (floor: Foundation) =>
  openImports({
    ...partsOf(floor),
    reader: floor.database.reader,
    exclusively: floor.database.exclusively,
    wrapping: floor.keyring.personal,
  })

/** The runner that goes on with imports. */
export const openImportRunner = (floor: Foundation, log: Logger): ImportRunner =>
  new ImportRunner({ ...partsOf(floor), imports: importsOn(floor), log })
