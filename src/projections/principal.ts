import type { Role } from '../domain/users/events.ts'
import type { Reader } from './projection.ts'

/** Who is behind an API request: asked with every request, so it is one question and one row. */
export type ApiPrincipal = {
  readonly sessionId: string
  /** When the session ends at the latest. */
  readonly expiresAt: string
  readonly restricted: boolean
  readonly userId: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly Role[]
  readonly via: 'invite' | 'operator' | 'self'
  readonly credentialKind: 'none' | 'first' | 'chosen'
  readonly inviteId: string | null
  readonly registeredAt: string
  readonly emailVerifiedAt: string | null
  readonly lastLoginAt: string | null
}

type Row = Omit<ApiPrincipal, 'restricted' | 'roles'> & {
  readonly restricted: number
  readonly roles: string | null
}

const SQL = `select s.id as "sessionId", s.expires_at as "expiresAt", s.restricted, u.id as "userId", u.email, u.name,
  u.locale, u.via, u.credential_kind as "credentialKind", u.invite_id as "inviteId", u.registered_at as "registeredAt", u.email_verified_at as "emailVerifiedAt",
  u.last_login_at as "lastLoginAt",
  (select string_agg(role, ',' order by role) from user_roles where user_id = u.id) as roles
  from sessions s join users u on u.id = s.user_id
  where s.id = $1 and s.ended_at is null and u.suspended_at is null`

const present = ({ restricted, roles, ...row }: Row): ApiPrincipal => ({
  ...row,
  restricted: restricted === 1,
  roles: roles === null ? [] : (roles.split(',') as Role[]),
})

const MAX_KNOWN = 10_000

/**
 * Asked with every request of the API. An answer is remembered until the next commit, whoever makes it: what is
 * asked of the database each time is whether there was one.
 */
export const principalReads = (db: Reader) => {
  const known = new Map<string, ApiPrincipal>()
  let knownAt: number | undefined

  const find = async (sessionId: string): Promise<ApiPrincipal | null> => {
    const version = db.version?.()
    if (version !== knownAt || known.size >= MAX_KNOWN) {
      known.clear()
      knownAt = version
    }
    const remembered = known.get(sessionId)
    if (remembered) return remembered
    const row = await db.get<Row>(SQL, [sessionId])
    if (!row) return null
    const found = present(row)
    // Others may have seen a newer version while this row was on its way.
    if (version !== undefined && version === knownAt) known.set(sessionId, found)
    return found
  }

  return {
    /** The user of a living session who is not suspended; null for everybody else. */
    async bySession(sessionId: string, now: string): Promise<ApiPrincipal | null> {
      const found = await find(sessionId)
      return found && found.expiresAt > now ? found : null
    },
  }
}
