import { fold } from '../decision.ts'
import type { Instant } from '../event.ts'
import type { Locale } from './events.ts'

/** What the history says of one invite. That it has expired is not in here: it follows from `expiresAt` and a clock. */
export type Invite =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'open'
      readonly issuedEventId: string
      readonly email: string | null
      readonly role: 'member' | 'auditor'
      readonly locale: Locale
      readonly expiresAt: Instant
    }
  | {
      readonly status: 'redeemed'
      readonly userId: string
      readonly sessionId: string
      readonly redeemedAt: Instant
    }
  | { readonly status: 'revoked'; readonly revokedAt: Instant }
  | { readonly status: 'replaced'; readonly replacedAt: Instant }
  | { readonly status: 'purged' }

export const invite = fold<Invite>(
  { status: 'unknown' },
  {
    InviteIssued: (_, { id, data: { email, role, locale, expiresAt } }) => ({
      status: 'open',
      issuedEventId: id,
      email,
      role,
      locale,
      expiresAt,
    }),
    InviteResent: (state, { data: { expiresAt, locale } }) =>
      state.status === 'open' ? { ...state, expiresAt, locale } : state,
    InviteRedeemed: (_, { at, data: { userId, sessionId } }) => ({
      status: 'redeemed',
      userId,
      sessionId,
      redeemedAt: at,
    }),
    InviteRevoked: (_, { at }) => ({ status: 'revoked', revokedAt: at }),
    InviteReplaced: (_, { at }) => ({ status: 'replaced', replacedAt: at }),
    InvitePurged: () => ({ status: 'purged' }),
  },
)

/** Every state has one word outside: what lists, pages and the API call it, at a given moment. */
export type InviteState = 'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced'

/** The expiry instant itself is already too late. */
export const hasExpired = (expiresAt: Instant, now: Instant): boolean => now >= expiresAt

/**
 * What the history says of one address: whose it is, who registered with it and has not confirmed it (an address
 * belongs to nobody until then), and which invites to it have not ended.
 */
export type Address = {
  readonly ownerId: string | null
  readonly waiting: readonly string[]
  readonly openInvites: Readonly<
    Record<string, { readonly issuedEventId: string; readonly expiresAt: Instant }>
  >
  readonly inviteIds: readonly string[]
}

const closed = (state: Address, inviteId: string): Address => {
  const { [inviteId]: _, ...openInvites } = state.openInvites
  return { ...state, openInvites }
}

export const address = fold<Address>(
  { ownerId: null, waiting: [], openInvites: {}, inviteIds: [] },
  {
    InviteIssued: (state, { id, data: { inviteId, expiresAt } }) => ({
      ...state,
      openInvites: { ...state.openInvites, [inviteId]: { issuedEventId: id, expiresAt } },
      inviteIds: [...state.inviteIds, inviteId],
    }),
    InviteResent: (state, { data: { inviteId, expiresAt } }) => {
      const open = state.openInvites[inviteId]
      return open
        ? { ...state, openInvites: { ...state.openInvites, [inviteId]: { ...open, expiresAt } } }
        : state
    },
    InviteRevoked: (state, { data }) => closed(state, data.inviteId),
    InviteRedeemed: (state, { data }) => closed(state, data.inviteId),
    InviteReplaced: (state, { data }) => closed(state, data.inviteId),
    UserRegistered: (state, { data: { userId, via } }) =>
      via.kind === 'self' ? { ...state, waiting: [...state.waiting, userId] } : state,
    EmailVerified: (state, { data: { userId } }) => ({
      ...state,
      ownerId: userId,
      waiting: state.waiting.filter((id) => id !== userId),
    }),
    AddressReleased: (state, { data: { userId } }) =>
      state.ownerId === userId ? { ...state, ownerId: null } : state,
  },
)
