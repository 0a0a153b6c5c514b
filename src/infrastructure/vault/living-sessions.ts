import type { Reader } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'

/** A session that could be used now, and when it was last; that is known to a few minutes. */
export type LivingSession = {
  readonly id: string
  readonly method: string
  readonly carrier: 'page' | 'api'
  readonly startedAt: string
  readonly expiresAt: string
  readonly lastUsedAt: string
  readonly userAgent: string | null
  readonly ip: string | null
}

export type LivingPage = {
  readonly limit: number
  readonly before?: string | undefined
  readonly pageIdleMs: number
}

type Parts = { readonly reader: Reader; readonly clock: Clock; readonly refreshIdleMs: number }

const SQL = `select * from (
  select s.id, s.method, s.carrier, s.started_at as "startedAt", s.expires_at as "expiresAt",
    s.user_agent as "userAgent", s.ip,
    coalesce((select max(p.seen_at) from page_sessions p where p.session_id = s.id), r.rotated_at, s.started_at)
      as "lastUsedAt"
  from sessions s left join refresh_generations r on r.session_id = s.id
  where s.user_id = $1 and s.id < $2 and s.ended_at is null and s.expires_at > $3
) living
where "lastUsedAt" > (case carrier when 'page' then $4 else $5 end)
order by id desc limit $6`

/** Which sessions of a user could still be used: neither ended, nor past their end, nor idled away; the newest first. */
export const livingSessions =
  ({ reader, clock, refreshIdleMs }: Parts) =>
  (userId: string, { limit, before, pageIdleMs }: LivingPage): Promise<LivingSession[]> => {
    const now = clock()
    const idle = { page: plus(now, -pageIdleMs), api: plus(now, -refreshIdleMs) }
    return reader.all<LivingSession>(SQL, [userId, before ?? '~', now, idle.page, idle.api, limit])
  }
