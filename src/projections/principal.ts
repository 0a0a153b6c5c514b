import type { Role } from '../domain/users/events.ts'
import type { Reader } from './projection.ts'

/** Who is behind an API request: asked with every request, so it is one question and one row. */
export type ApiPrincipal = {
  readonly sessionId: string
  readonly restricted: boolean
  readonly userId: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly Role[]
  readonly registeredAt: string
  readonly emailVerifiedAt: string | null
  readonly lastLoginAt: string | null
}

type Row = Omit<ApiPrincipal, 'restricted' | 'roles'> & {
  readonly restricted: number
  readonly roles: string | null
}

const SQL = `select s.id as "sessionId", s.restricted, u.id as "userId", u.email, u.name, u.locale,
  u.registered_at as "registeredAt", u.email_verified_at as "emailVerifiedAt", u.last_login_at as "lastLoginAt",
  (select string_agg(role, ',' order by role) from user_roles where user_id = u.id) as roles
  from sessions s join users u on u.id = s.user_id
  where s.id = $1 and s.ended_at is null and s.expires_at > $2 and u.suspended_at is null`

export const principalReads = (db: Reader) => ({
  /** The user of a living session who is not suspended; null for everybody else. */
  async bySession(sessionId: string, now: string): Promise<ApiPrincipal | null> {
    const row = await db.get<Row>(SQL, [sessionId, now])
    return row
      ? {
          ...row,
          restricted: row.restricted === 1,
          roles: row.roles === null ? [] : (row.roles.split(',') as Role[]),
        }
      : null
  },
})
