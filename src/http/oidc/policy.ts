import type { interactionPolicy, KoaContextWithOIDC } from 'oidc-provider'
import type { Principal, State } from '../context.ts'
import type { House } from '../house.ts'
import { mayConsent } from './claims.ts'

const SECOND_MS = 1000

/** When a session of ours began, as tokens say it. */
export const beganAt = ({ session }: Principal): number =>
  Math.floor(Date.parse(session.startedAt) / SECOND_MS)

export const principalOf = (ctx: KoaContextWithOIDC): Principal | null => {
  const { principal } = ctx.state as State
  return principal && mayConsent(principal) ? principal : null
}

/**
 * When somebody is asked to sign in or to consent. The session of the house decides who is there; what the library
 * remembers of an earlier sign-in counts only while it tells of that very session.
 */
export const policyOf = (house: House, { base, Check }: typeof interactionPolicy) => {
  const policy = base()
  const login = policy.get('login')
  if (!login) throw new Error('the library knows no prompt to sign in')
  login.details = (ctx) => ({ since: principalOf(ctx)?.session.id ?? null })
  login.checks.remove('max_age')
  login.checks.add(
    new Check('house_session', 'End-User authentication is required', 'login_required', (ctx) => {
      const who = principalOf(ctx)
      const { accountId, loginTs } = ctx.oidc.session ?? {}
      return who === null || accountId !== who.user.id || loginTs !== beganAt(who)
    }),
  )
  login.checks.add(
    new Check('max_age', 'End-User authentication could not be obtained', 'login_required', (ctx) => {
      const maxAge = ctx.oidc.params?.['max_age']
      const who = principalOf(ctx)
      if (maxAge === undefined || ctx.oidc.result?.login) return false
      return (
        who === null ||
        Date.parse(house.now()) - Date.parse(who.session.startedAt) > Number(maxAge) * SECOND_MS
      )
    }),
  )
  return policy
}
