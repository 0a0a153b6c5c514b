import type { Role } from '../domain/users/events.ts'
import { countOf, insert, projection, type Reader, remove, update, type Value } from './projection.ts'

/** A text as it is searched by: one spelling of letters that look alike, whatever the script or case. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** One row a user, gone when the user is erased; roles in a table of their own. */
export const users = projection('users', ['users', 'user_roles'], {
  UserRegistered: ({ at, data }) => [
    insert('users', {
      id: data.userId,
      email: data.email,
      name: data.name,
      locale: data.locale,
      via: data.via.kind,
      invite_id: data.via.kind === 'invite' ? data.via.inviteId : null,
      registered_at: at,
      email_verified_at: null,
      credential_id: null,
      credential_kind: 'none',
      credential_expires_at: null,
      credential_used: 0,
      suspended_at: null,
      last_login_at: null,
      search_text: data.name === null ? null : folded(data.name),
    }),
  ],
  EmailVerified: ({ at, data }) => [
    update('users', { id: data.userId }, { email: data.email, email_verified_at: at }),
  ],
  FirstPasswordIssued: ({ data }) => [
    update(
      'users',
      { id: data.userId },
      {
        credential_id: data.credentialId,
        credential_kind: 'first',
        credential_expires_at: data.expiresAt,
        credential_used: 0,
      },
    ),
  ],
  FirstPasswordUsed: ({ data }) => [
    update('users', { id: data.userId, credential_id: data.credentialId }, { credential_used: 1 }),
  ],
  PasswordChanged: ({ data }) => [
    update(
      'users',
      { id: data.userId },
      {
        credential_id: data.credentialId,
        credential_kind: 'chosen',
        credential_expires_at: null,
        credential_used: 0,
      },
    ),
  ],
  ProfileChanged: ({ data: { userId, name, locale } }) => {
    const set = {
      ...(name === null ? {} : { name, search_text: folded(name) }),
      ...(locale === null ? {} : { locale }),
    }
    return Object.keys(set).length > 0 ? [update('users', { id: userId }, set)] : []
  },
  RoleGranted: ({ at, data: { userId, role } }) => [
    remove('user_roles', { user_id: userId, role }),
    insert('user_roles', { user_id: userId, role, granted_at: at }),
  ],
  RoleRevoked: ({ data: { userId, role } }) => [remove('user_roles', { user_id: userId, role })],
  UserSuspended: ({ at, data }) => [update('users', { id: data.userId }, { suspended_at: at })],
  UserReinstated: ({ data }) => [update('users', { id: data.userId }, { suspended_at: null })],
  UserLoggedIn: ({ at, data }) => [update('users', { id: data.userId }, { last_login_at: at })],
  UserErased: ({ data }) => [
    remove('users', { id: data.userId }),
    remove('user_roles', { user_id: data.userId }),
  ],
})

/** A user as pages and the API show it; no secret in it. */
export type UserView = {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly Role[]
  readonly via: 'invite' | 'operator' | 'self'
  readonly inviteId: string | null
  readonly registeredAt: string
  readonly emailVerifiedAt: string | null
  readonly credentialKind: 'none' | 'first' | 'chosen'
  readonly suspendedAt: string | null
  readonly lastLoginAt: string | null
}

/** Who has not confirmed the address yet, or registered without a password and has not chosen one, may do little. */
export const isTemporary = (user: Pick<UserView, 'emailVerifiedAt' | 'via' | 'credentialKind'>): boolean =>
  user.emailVerifiedAt === null || (user.via === 'self' && user.credentialKind === 'none')

/** What a sign-in is checked against: never shown. */
export type CredentialRow = {
  readonly credentialId: string | null
  readonly credentialKind: 'none' | 'first' | 'chosen'
}

type UserRow = Omit<UserView, 'roles'> & { readonly roles: string | null }

const COLUMNS = `id, email, name, locale, via, invite_id as "inviteId", registered_at as "registeredAt",
  email_verified_at as "emailVerifiedAt", credential_kind as "credentialKind", suspended_at as "suspendedAt",
  last_login_at as "lastLoginAt",
  (select string_agg(role, ',' order by role) from user_roles where user_id = users.id) as roles`

const present = ({ roles, ...row }: UserRow): UserView => ({
  ...row,
  roles: roles ? (roles.split(',') as Role[]) : [],
})

/** How a user stands: whoever is suspended is that before anything else. */
export const userStates = ['active', 'unverified', 'suspended'] as const
export type UserState = (typeof userStates)[number]

export const stateOf = (user: Pick<UserView, 'suspendedAt' | 'emailVerifiedAt'>): UserState => {
  if (user.suspendedAt !== null) return 'suspended'
  return user.emailVerifiedAt === null ? 'unverified' : 'active'
}

const STATE_SQL: Readonly<Record<UserState, string>> = {
  active: 'suspended_at is null and email_verified_at is not null',
  unverified: 'suspended_at is null and email_verified_at is null',
  suspended: 'suspended_at is not null',
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

export type UserFilter = {
  /** Part of an address or name, or a whole user id. */
  readonly search?: string | undefined
  readonly role?: Role | undefined
  readonly state?: UserState | undefined
  /** Inclusive. */
  readonly registeredSince?: string | undefined
  /** Exclusive. */
  readonly registeredBefore?: string | undefined
}

export const userReads = (db: Reader) => ({
  async get(id: string): Promise<UserView | null> {
    const row = await db.get<UserRow>(`select ${COLUMNS} from users where id = $1`, [id])
    return row ? present(row) : null
  },

  /** The user whose verified address this is (canonical form). */
  async byEmail(email: string): Promise<(UserView & CredentialRow) | null> {
    const row = await db.get<UserRow & CredentialRow>(
      `select ${COLUMNS}, credential_id as "credentialId" from users
       where email = $1 and email_verified_at is not null`,
      [email],
    )
    return row ? { ...present(row), credentialId: row.credentialId } : null
  },

  /** Which of these addresses are some user's, confirmed. */
  async owned(emails: readonly string[]): Promise<ReadonlySet<string>> {
    const places = emails.map((_, n) => `$${n + 1}`).join(', ')
    const rows = await db.all<{ email: string }>(
      `select email from users where email in (${places}) and email_verified_at is not null`,
      emails,
    )
    return new Set(rows.map(({ email }) => email))
  },

  /** Who registered with this address and has not confirmed it, newest first. */
  async waitingFor(email: string): Promise<(UserView & CredentialRow)[]> {
    const rows = await db.all<UserRow & CredentialRow>(
      `select ${COLUMNS}, credential_id as "credentialId" from users
       where email = $1 and email_verified_at is null order by id desc`,
      [email],
    )
    return rows.map((row) => ({ ...present(row), credentialId: row.credentialId }))
  },

  /** The first to be forgotten among those who registered by themselves before an instant and never confirmed. */
  async unverifiedSince(before: string, limit: number): Promise<{ readonly id: string }[]> {
    return db.all<{ id: string }>(
      `select id from users where email_verified_at is null and via = 'self' and registered_at <= $1
       order by registered_at limit $2`,
      [before, limit],
    )
  },

  async credential(id: string): Promise<CredentialRow | null> {
    const row = await db.get<CredentialRow>(
      `select credential_id as "credentialId", credential_kind as "credentialKind" from users where id = $1`,
      [id],
    )
    return row ?? null
  },

  async list(
    filter: UserFilter,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<UserView[]> {
    const where: string[] = []
    const params: Value[] = []
    const bind = (value: Value) => `$${params.push(value)}`
    if (filter.search) {
      const pattern = bind(`%${escapeLike(folded(filter.search.trim()))}%`)
      const id = bind(filter.search.trim().toUpperCase())
      where.push(
        `(email like ${pattern} escape '\\' or search_text like ${pattern} escape '\\' or id = ${id})`,
      )
    }
    if (filter.role) {
      where.push(
        `exists (select 1 from user_roles r where r.user_id = users.id and r.role = ${bind(filter.role)})`,
      )
    }
    if (filter.state) where.push(STATE_SQL[filter.state])
    if (filter.registeredSince) where.push(`registered_at >= ${bind(filter.registeredSince)}`)
    if (filter.registeredBefore) where.push(`registered_at < ${bind(filter.registeredBefore)}`)
    if (after) where.push(`id < ${bind(after)}`)
    const rows = await db.all<UserRow>(
      `select ${COLUMNS} from users ${where.length ? `where ${where.join(' and ')}` : ''}
       order by id desc limit ${bind(limit)}`,
      params,
    )
    return rows.map(present)
  },

  async countByRole(role: Role): Promise<number> {
    return countOf(db, 'select count(*) as count from user_roles where role = $1', [role])
  },
})
