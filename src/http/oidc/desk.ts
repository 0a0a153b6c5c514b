import { randomBytes } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Principal } from '../context.ts'
import type { Ctx } from '../pages/ctx.ts'
import { Problem } from '../problems.ts'
import { consentId } from './adapter.ts'
import { type Scope, scopesIn } from './claims.ts'
import { beganAt } from './policy.ts'

/** A sign-in to an application that waits for somebody: to sign in here, or to consent. */
export type UnderWay = {
  readonly uid: string
  readonly waitsFor: 'login' | 'consent'
  /** The application wants somebody to sign in anew, even if they are signed in. */
  readonly wantsAnew: boolean
  /** The session of ours that was there when the application asked. */
  readonly since: string | null
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly Scope[]
  /** Who signed in at an earlier step, if somebody did. */
  readonly userId: string | null
}

/** Each answers the address at which the sign-in goes on. */
export type Desk = {
  readonly underWay: (ctx: Ctx) => Promise<UnderWay>
  readonly signedIn: (ctx: Ctx, who: Principal) => Promise<string>
  readonly allow: (ctx: Ctx, who: Principal, underWay: UnderWay) => Promise<string>
  readonly deny: (ctx: Ctx) => Promise<string>
}

/** What the library checks by itself, signed in here or not. */
const ANEW = new Set(['login_prompt', 'max_age', 'id_token_hint', 'claims_id_token_sub_value'])

const orOver = <T>(found: Promise<T>): Promise<T> =>
  found.catch((error: unknown) => {
    throw error instanceof Error && error.name === 'SessionNotFound'
      ? new Problem('authorization_over')
      : error
  })

/** Where our pages hand their part of a sign-in over to the authorization server. */
export const openDesk = (open: () => Promise<Provider>): Desk => {
  const finish = async (ctx: Ctx, result: Parameters<Provider['interactionResult']>[2]): Promise<string> => {
    const provider = await open()
    return orOver(provider.interactionResult(ctx.req, ctx.res, result))
  }
  return {
    async underWay(ctx) {
      const provider = await open()
      const { uid, prompt, params, session } = await orOver(provider.interactionDetails(ctx.req, ctx.res))
      const since = prompt.details['since']
      return {
        uid,
        waitsFor: prompt.name === 'login' ? 'login' : 'consent',
        wantsAnew: prompt.reasons.some((reason) => ANEW.has(reason)),
        since: typeof since === 'string' ? since : null,
        clientId: String(params['client_id']),
        redirectUri: String(params['redirect_uri']),
        scopes: scopesIn(params['scope']),
        userId: session?.accountId ?? null,
      }
    },
    signedIn: (ctx, who) =>
      finish(ctx, { login: { accountId: who.user.id, ts: beganAt(who), remember: false } }),
    async allow(ctx, { session, user }, { clientId, scopes }) {
      const provider = await open()
      const grant = new provider.Grant({ accountId: user.id, clientId })
      grant.jti = consentId(session.id, randomBytes(24).toString('base64url'))
      grant.addOIDCScope(scopes.join(' '))
      return finish(ctx, { consent: { grantId: await grant.save() } })
    },
    deny: (ctx) => finish(ctx, { error: 'access_denied', error_description: 'the user did not allow it' }),
  }
}
