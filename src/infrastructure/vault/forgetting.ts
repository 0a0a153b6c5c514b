import { projection, remove } from '../../projections/projection.ts'
import { type Database, run } from '../database/work.ts'

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

/** Removes what is left of erased people's sessions; looks at nothing unless somebody was erased since the last time. */
export const orphanSweep = ({
  reader,
  exclusively,
}: Pick<Database, 'reader' | 'exclusively'>): (() => Promise<number>) => {
  let swept = 0
  return async () => {
    const row = await reader.get<{ last: number | null }>(
      `select max(position) as last from events where type = 'UserErased'`,
    )
    const last = row?.last ?? 0
    if (last <= swept) return 0
    const removed = await exclusively('orphans', function* () {
      let sum = 0
      for (const sql of ORPHANS) sum += yield* run(sql)
      return sum
    })
    swept = last
    return removed
  }
}
