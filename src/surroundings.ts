import { readSettings, type Settings } from './config.ts'
import type { Surroundings } from './domain/settings/in-force.ts'
import type { Foundation } from './foundation.ts'
import { sqliteReader } from './infrastructure/database/sqlite.ts'
import { type SettingsInForce, settingsInForce } from './infrastructure/settings-in-force.ts'

const untouched = readSettings({})

/** What the environment says about the settings that admins may change. */
export const surroundingsOf = ({ registration, inviteTtlMs, pinned }: Settings): Surroundings => ({
  registration,
  inviteTtlMs,
  given: [
    ...(registration !== untouched.registration ? (['registration.mode'] as const) : []),
    ...(inviteTtlMs !== untouched.inviteTtlMs ? (['invite.lifetime'] as const) : []),
  ],
  pinned,
})

/** The settings in force on this floor. */
export const openSettings = ({ reader, reads, settings }: Foundation): SettingsInForce =>
  settingsInForce({
    reader: sqliteReader(reader),
    reads: reads.settings,
    surroundings: surroundingsOf(settings),
  })
