import type { Reader } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { openExpiring } from '../database/expiring.ts'
import { type Exclusively, run } from '../database/work.ts'
import { digest } from './digest.ts'

type Parts = {
  readonly reader: Reader
  readonly exclusively: Exclusively
  readonly clock: Clock
}

const KEEP = `insert into page_sessions (cookie_digest, session_id, data, seen_at, expires_at)
  values ($1, $2, $3, $4, $5) on conflict (cookie_digest)
  do update set session_id = excluded.session_id, data = excluded.data, seen_at = excluded.seen_at,
  expires_at = excluded.expires_at`

/**
 * Browsers' sessions for koa-session. The cookie's value is kept as a digest only. A session that was signed out,
 * suspended away or has run out comes back without its `sessionId`: the browser is then nobody.
 */
export const pageSessions = ({ reader, exclusively, clock }: Parts) => {
  const removeExpired = openExpiring(
    { exclusively, clock },
    { name: 'page_sessions', key: ['cookie_digest'], now: (instant) => instant },
  )
  return {
    async get(key: string): Promise<Record<string, unknown> | null> {
      const row = await reader.get<{ data: string; alive: number }>(
        `select p.data, case when p.session_id is null or exists (select 1 from sessions s
           where s.id = p.session_id and s.ended_at is null and s.expires_at > $2) then 1 else 0 end as alive
         from page_sessions p where p.cookie_digest = $1 and p.expires_at > $2`,
        [digest(key), clock()],
      )
      if (!row) return null
      const { sessionId, ...rest } = JSON.parse(row.data) as Record<string, unknown>
      return row.alive && sessionId !== undefined ? { ...rest, sessionId } : rest
    },

    async set(key: string, session: Record<string, unknown>, maxAgeMs: number): Promise<void> {
      const now = clock()
      const sessionId = typeof session['sessionId'] === 'string' ? session['sessionId'] : null
      const row = [digest(key), sessionId, JSON.stringify(session), now, plus(now, maxAgeMs)]
      await removeExpired()
      await exclusively(`page session:${row[0]}`, () => run(KEEP, row))
    },

    async destroy(key: string): Promise<void> {
      const cookie = digest(key)
      await exclusively(`page session:${cookie}`, () =>
        run('delete from page_sessions where cookie_digest = $1', [cookie]),
      )
    },
  }
}
