import { type Decision, fold, type Reading, type Refusal, reading, refuse } from '../decision.ts'
import type { Actor, Instant } from '../event.ts'
import type { Locale } from '../invites/events.ts'
import { type Role, roleTag, userTag } from './events.ts'

/** Who somebody is to the house: enough to judge what they may do. */
export type Standing = {
  readonly status: 'unknown' | 'active' | 'suspended' | 'erased'
  /** Whether they have proven that an address is theirs. */
  readonly isVerified: boolean
  readonly roles: readonly Role[]
}

export const standing = fold<Standing>(
  { status: 'unknown', isVerified: false, roles: [] },
  {
    UserRegistered: (state) => ({ ...state, status: 'active' }),
    EmailVerified: (state) => ({ ...state, isVerified: true }),
    RoleGranted: (state, { data: { role } }) => ({
      ...state,
      roles: [...state.roles.filter((held) => held !== role), role].toSorted(),
    }),
    RoleRevoked: (state, { data: { role } }) => ({
      ...state,
      roles: state.roles.filter((held) => held !== role),
    }),
    UserSuspended: (state) => ({ ...state, status: 'suspended' }),
    UserReinstated: (state) => ({ ...state, status: 'active' }),
    UserErased: () => ({ status: 'erased', isVerified: false, roles: [] }),
  },
)

const nobody: Reading<Standing> = reading(userTag('nobody'), { ...standing, types: [] })

/** The actor's own standing belongs to the boundary: a role taken away counts from the next decision on. */
export const standingOf = (actor: Actor): Reading<Standing> =>
  actor.startsWith('user:') ? reading(actor as `user:${string}`, standing) : nobody

/** The command line and the service itself act with the operator's authority. */
export const isTrusted = (actor: Actor): boolean => actor === 'operator' || actor === 'system'

/** Whether an actor is the user in question, or the operator or the service in their place. */
export const isOneself = (actor: Actor, userId: string): boolean =>
  isTrusted(actor) || actor === userTag(userId)

/** What stops an actor from doing what only admins may do; null when nothing does. */
export const adminRefusal = (actor: Actor, who: Standing): Refusal | null =>
  isTrusted(actor) || (who.status === 'active' && who.roles.includes('admin'))
    ? null
    : { code: 'not_allowed' }

export const refuseWith = ({ code, details }: Refusal): Decision => refuse(code, details)

export type Credential =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'first'
      readonly credentialId: string
      readonly expiresAt: Instant
      readonly used: boolean
    }
  | { readonly kind: 'chosen'; readonly credentialId: string }

/** What a user signs in with. Secrets themselves are in the vault, or derived. */
export const credential = fold<Credential>(
  { kind: 'none' },
  {
    FirstPasswordIssued: (_, { data: { credentialId, expiresAt } }) => ({
      kind: 'first',
      credentialId,
      expiresAt,
      used: false,
    }),
    FirstPasswordUsed: (state, { data }) =>
      state.kind === 'first' && state.credentialId === data.credentialId ? { ...state, used: true } : state,
    PasswordChanged: (_, { data: { credentialId } }) => ({ kind: 'chosen', credentialId }),
    UserErased: () => ({ kind: 'none' }),
  },
)

/** Where a user is written to, and in which language. */
export type Contact = { readonly email: string | null; readonly locale: Locale }

export const contact = fold<Contact>(
  { email: null, locale: 'en' },
  {
    UserRegistered: (_, { data: { email, locale } }) => ({ email, locale }),
    EmailVerified: (state, { data: { email } }) => ({ ...state, email }),
    ProfileChanged: (state, { data: { locale } }) => ({ ...state, locale: locale ?? state.locale }),
  },
)

/** How and when somebody came to be known. */
export type Registration = {
  readonly at: Instant | null
  readonly via: 'invite' | 'operator' | 'self' | null
}

export const registration = fold<Registration>(
  { at: null, via: null },
  { UserRegistered: (_, { at, data: { via } }) => ({ at, via: via.kind }) },
)

/** The session that a registration began with: it is where the person is who registered. */
export const registrationSession = fold<string | null>(null, {
  UserLoggedIn: (state, { data: { method, sessionId } }) => (method === 'registration' ? sessionId : state),
})

/** Every invite to an address that somebody held before, and the one that made them: forgotten together with them. */
export const formerInvites = fold<readonly string[]>([], {
  InviteRedeemed: (state, { data: { inviteId } }) => [...state, inviteId],
  AddressReleased: (state, { data: { inviteIds } }) => [...state, ...inviteIds],
})

/** What a user goes by, and in which language. */
export type Profile = { readonly name: string | null; readonly locale: Locale }

export const profile = fold<Profile>(
  { name: null, locale: 'en' },
  {
    UserRegistered: (_, { data: { name, locale } }) => ({ name, locale }),
    ProfileChanged: (state, { data: { name, locale } }) => ({
      name: name ?? state.name,
      locale: locale ?? state.locale,
    }),
  },
)

/** Who holds a role and could act on it: neither suspended nor erased. */
export type Holders = { readonly active: readonly string[]; readonly suspended: readonly string[] }

const without = (ids: readonly string[], id: string) => ids.filter((held) => held !== id)

export const holders = fold<Holders>(
  { active: [], suspended: [] },
  {
    RoleGranted: (state, { data: { userId } }) =>
      state.suspended.includes(userId)
        ? state
        : { ...state, active: [...without(state.active, userId), userId] },
    RoleRevoked: (state, { data: { userId } }) => ({
      active: without(state.active, userId),
      suspended: without(state.suspended, userId),
    }),
    UserSuspended: (state, { data: { userId } }) => ({
      active: without(state.active, userId),
      suspended: [...without(state.suspended, userId), userId],
    }),
    UserReinstated: (state, { data: { userId } }) => ({
      active: [...without(state.active, userId), userId],
      suspended: without(state.suspended, userId),
    }),
    UserErased: (state, { data: { userId } }) => ({
      active: without(state.active, userId),
      suspended: without(state.suspended, userId),
    }),
  },
)

export const adminsReading = reading(roleTag('admin'), holders)

/** Without an admin nobody could let anybody in again; so the last one stays. */
export const isLastAdmin = (admins: Holders, userId: string): boolean =>
  admins.active.length === 1 && admins.active[0] === userId
