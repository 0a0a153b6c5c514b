import type { ApiPrincipal } from '../../projections/principal.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import type { Operation } from './operation.ts'

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i

const invalidToken = (code: 'token_invalid' | 'token_expired') =>
  new Problem(code, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })

/**
 * The caller by their access token; null without one. The token says which session; whether that lives is asked of
 * the database each time. Cookies are no way in: the API takes nothing that a browser sends by itself.
 */
const callerOf = async (house: House, authorization: string | undefined): Promise<ApiPrincipal | null> => {
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

/** Who calls, if they may call this; throws the problem if they may not. */
export const authorise = async (
  house: House,
  { who, evenRestricted }: Operation,
  authorization: string | undefined,
): Promise<ApiPrincipal | null> => {
  if (who === 'anonymous') return null
  const principal = await callerOf(house, authorization)
  if (who === 'anyone') return principal
  if (!principal) throw new Problem('unauthenticated')
  if (principal.restricted && !evenRestricted) throw new Problem('password_change_required')
  if (!holdsRoleFor(who, principal)) throw new Problem('forbidden')
  return principal
}
