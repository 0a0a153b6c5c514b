import { projection, remove } from '../../projections/projection.ts'
import type { SqliteConnection } from '../database/sqlite.ts'

/**
 * Rows of the vault that go in the very commit that forgets their person. Written like a projection, but no read table:
 * it is never built anew.
 */
export const vaultForgetting = projection('vault', [], {
  UserErased: ({ data: { userId } }) => [
    remove('password_hashes', { user_id: userId }),
    remove('inquiry_attempts', { user_id: userId }),
  ],
})

/** What hung on sessions and mails that are gone: digests and times, of use to nobody. */
const ORPHANS = [
  `delete from page_sessions where session_id is not null
   and not exists (select 1 from sessions s where s.id = page_sessions.session_id)`,
  `delete from refresh_generations
   where not exists (select 1 from sessions s where s.id = refresh_generations.session_id)`,
  `delete from oidc_payloads where session_id is not null
   and not exists (select 1 from sessions s where s.id = oidc_payloads.session_id)`,
  'delete from mail_attempts where not exists (select 1 from mails m where m.id = mail_attempts.mail_id)',
]

type Parts = {
  readonly db: SqliteConnection
  readonly reader: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
}

/** Removes what is left of erased people's sessions; looks at nothing unless somebody was erased since the last time. */
export const orphanSweep = ({ db, reader, exclusively }: Parts): (() => Promise<number>) => {
  let swept = 0
  return async () => {
    const last = Number(
      reader.prepare(`select max(position) from events where type = 'UserErased'`).pluck().get() ?? 0,
    )
    if (last <= swept) return 0
    const removed = await exclusively(() =>
      ORPHANS.reduce((sum, sql) => sum + db.prepare(sql).run().changes, 0),
    )
    swept = last
    return removed
  }
}
