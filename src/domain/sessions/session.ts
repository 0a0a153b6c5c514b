import { fold } from '../decision.ts'
import type { Instant } from '../event.ts'

export type Session =
  | { readonly status: 'unknown' }
  | { readonly status: 'begun' | 'ended'; readonly userId: string }

/** One session under its own tag. That all of a user's sessions were ended stands under the user. */
export const session = fold<Session>(
  { status: 'unknown' },
  {
    UserLoggedIn: (_, { data: { userId } }) => ({ status: 'begun', userId }),
    UserLoggedOut: (_, { data: { userId } }) => ({ status: 'ended', userId }),
  },
)

/** All sessions of a user under the user's tag, each begun or ended. */
export const userSessions = fold<Readonly<Record<string, 'begun' | 'ended'>>>(
  {},
  {
    UserLoggedIn: (state, { data: { sessionId } }) => ({ ...state, [sessionId]: 'begun' }),
    UserLoggedOut: (state, { data: { sessionId } }) => ({ ...state, [sessionId]: 'ended' }),
    SessionsEnded: (state, { data: { except } }) =>
      Object.fromEntries(Object.entries(state).map(([id, was]) => [id, id === except ? was : 'ended'])),
    UserErased: () => ({}),
  },
)

export type SignInLink =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'open'
      readonly userId: string
      readonly email: string | null
      readonly expiresAt: Instant
      readonly issuedEventId: string
    }
  | { readonly status: 'used'; readonly userId: string; readonly sessionId: string; readonly usedAt: Instant }

export const signInLink = fold<SignInLink>(
  { status: 'unknown' },
  {
    SignInLinkIssued: (_, { id, data: { userId, email, expiresAt } }) => ({
      status: 'open',
      userId,
      email,
      expiresAt,
      issuedEventId: id,
    }),
    SignInLinkRedeemed: (_, { at, data: { userId, sessionId } }) => ({
      status: 'used',
      userId,
      sessionId,
      usedAt: at,
    }),
  },
)
