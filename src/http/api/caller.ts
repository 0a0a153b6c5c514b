import type { ApiPrincipal } from '../../projections/principal.ts'
import { isTemporary } from '../../projections/users.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { callerFromThePast } from '../read-only.ts'
import type { Operation, Registrant } from './operation.ts'

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i

const invalidToken = (code: 'token_invalid' | 'token_expired') =>
  new Problem(code, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })

/**
 * The caller by their access token; null without one. The token says which session; whether that lives is asked of
 * the database each time. Cookies are no way in: the API takes nothing that a browser sends by itself.
 */
const callerOf = async (house: House, authorization: string | undefined): Promise<ApiPrincipal | null> => {
  const { readOnlyAsOf } = house.settings
  if (readOnlyAsOf !== null) return callerFromThePast(readOnlyAsOf)
  if (authorization === undefined || !/^Bearer\b/i.test(authorization)) return null
  const token = BEARER.exec(authorization)?.[1]
  if (token === undefined) throw invalidToken('token_invalid')
  const claims = await house.tokens.readAccess(token)
  if (typeof claims === 'string') throw invalidToken(claims)
  const principal = await house.reads.principals.bySession(claims.sessionId, house.now())
  if (principal?.userId !== claims.userId) throw invalidToken('token_invalid')
  return principal
}

const holdsRoleFor = (who: Operation['who'], { roles }: ApiPrincipal): boolean => {
  switch (who) {
    case 'admin':
      return roles.includes('admin')
    case 'auditor':
      return roles.includes('auditor') || roles.includes('admin')
    default:
      return true
  }
}

/** Throws the problem that keeps a caller from what `who` and no less may do. */
export const demand = (
  { who, evenRestricted, evenTemporary }: Pick<Operation, 'who' | 'evenRestricted' | 'evenTemporary'>,
  principal: ApiPrincipal | null,
): ApiPrincipal => {
  if (!principal) throw new Problem('unauthenticated')
  if (principal.restricted && !evenRestricted) throw new Problem('password_change_required')
  if (isTemporary(principal) && !evenTemporary) {
    throw new Problem(principal.emailVerifiedAt === null ? 'email_not_verified' : 'registration_incomplete')
  }
  if (!holdsRoleFor(who, principal)) throw new Problem('forbidden')
  return principal
}

/** By the token of a registration, which counts until the registration is complete. */
const registrantOf = async (house: House, authorization: string | undefined): Promise<Registrant | null> => {
  const token = BEARER.exec(authorization ?? '')?.[1] ?? ''
  const userId = house.links.readRegistrationToken(token)
  if (userId === null) return null
  const user = await house.reads.users.get(userId)
  if (!user || user.suspendedAt !== null || !isTemporary(user)) throw invalidToken('token_invalid')
  return { userId, sessionId: null }
}

/** Who calls, if they may call this; throws the problem if they may not. */
export const authorise = async (
  house: House,
  operation: Operation,
  authorization: string | undefined,
): Promise<ApiPrincipal | Registrant | null> => {
  const { who } = operation
  if (who === 'anonymous') return null
  if (who === 'registrant') {
    const registrant = await registrantOf(house, authorization)
    if (registrant) return registrant
  }
  const principal = await callerOf(house, authorization)
  if (who === 'anyone') return principal
  return demand(who === 'registrant' ? { ...operation, evenTemporary: true } : operation, principal)
}
