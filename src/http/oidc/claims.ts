import type { FindAccount } from 'oidc-provider'
import { isTemporary, type UserView } from '../../projections/users.ts'
import type { Principal } from '../context.ts'

/** What an application may ask to learn, by scope. */
export const CLAIMS = {
  openid: ['sub'],
  profile: ['name', 'locale'],
  email: ['email', 'email_verified'],
} as const

export type Scope = keyof typeof CLAIMS

/** The scopes of a request that mean something here, in the order in which people are told of them. */
export const scopesIn = (scope: unknown): readonly Scope[] => {
  const asked = typeof scope === 'string' ? scope.split(' ') : []
  return (Object.keys(CLAIMS) as Scope[]).filter((known) => asked.includes(known))
}

const isKnownOutside = (user: UserView): boolean => user.suspendedAt === null && !isTemporary(user)

/** Whoever is still registering, or has to choose a password first, speaks for nobody yet. */
export const mayConsent = ({ session, user }: Principal): boolean =>
  !session.restricted && isKnownOutside(user)

/** The user as applications get to know them, or nobody. */
export const accountOf = (user: UserView | null): Awaited<ReturnType<FindAccount>> =>
  user && isKnownOutside(user)
    ? {
        accountId: user.id,
        claims: () => ({
          sub: user.id,
          name: user.name ?? undefined,
          locale: user.locale,
          email: user.email ?? undefined,
          email_verified: true,
        }),
      }
    : undefined
