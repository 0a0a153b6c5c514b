import * as client from 'openid-client'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import type { TestApp } from './house.ts'
import type { Page, Visitor } from './visitor.ts'

/** Where the application of somebody else gets its answers; nothing listens there, browsers are read off their redirects. */
export const CALLBACK = 'https://app.example/callback'

export type Registered = { readonly clientId: string; readonly secret: string | null }

/** An application as `latchkey client add` registers one. */
export const registered = async (
  { floor, house }: TestApp,
  {
    kind = 'public',
    redirectUris = [CALLBACK],
    name = 'Example App',
  }: {
    kind?: 'public' | 'confidential'
    redirectUris?: string[]
    name?: string
  } = {},
): Promise<Registered> => {
  const clientId = floor.ids()
  const outcome = await floor.execute(
    registerClient,
    { clientId, name, kind, redirectUris },
    { actor: 'operator', correlation: floor.ids() },
  )
  if (outcome.outcome === 'refused') throw new Error(outcome.refusal.code)
  return { clientId, secret: kind === 'confidential' ? house.oidc.clientSecret(clientId) : null }
}

/** One sign-in as the application began it: what it has to remember until the answer comes. */
export type Attempt = {
  readonly path: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

/** The application of somebody else, made with a client library of somebody else. */
export const relyingParty = async ({ floor, address }: TestApp, { clientId, secret }: Registered) => {
  const issuer = new URL(`${floor.settings.publicUrl}/oidc`)
  const config = await client.discovery(
    issuer,
    clientId,
    undefined,
    secret === null ? client.None() : client.ClientSecretBasic(secret),
    { execute: [client.allowInsecureRequests] },
  )

  const begin = async (parameters: Record<string, string> = {}): Promise<Attempt> => {
    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const nonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    })
    return { path: url.pathname + url.search, verifier, state, nonce }
  }

  /** Trades the code at which a browser came back for tokens; the library checks state, issuer, nonce and signature. */
  const exchange = (landed: string, { verifier, state, nonce }: Attempt) =>
    client.authorizationCodeGrant(config, new URL(landed), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })

  /** The token endpoint without the library, for what the library would not send. */
  const tokens = (fields: Record<string, string>) =>
    fetch(`${address}/oidc/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(secret === null ? {} : { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }),
      },
      body: new URLSearchParams({ ...(secret === null ? { client_id: clientId } : {}), ...fields }),
    })

  return { config, clientId, begin, exchange, tokens }
}

export type RelyingParty = Awaited<ReturnType<typeof relyingParty>>

/** Follows redirects for as long as they stay here; answers the last page, or the address outside as its `location`. */
export const followHere = async (visitor: Visitor, page: Page, address: string): Promise<Page> => {
  let last = page
  for (let step = 0; last.location !== null && step < 10; step++) {
    const target = new URL(last.location, address)
    if (target.origin !== new URL(address).origin) return last
    last = await visitor.get(target.pathname + target.search)
  }
  return last
}

/** Goes to the application's sign-in as somebody who is signed in here, and allows it; answers where they land. */
export const consented = async (visitor: Visitor, attempt: Attempt, address: string): Promise<string> => {
  const page = await followHere(visitor, await visitor.get(attempt.path), address)
  if (page.location !== null) return page.location
  const allowed = await visitor.submit(page, /^\/interaction\//, { choice: 'allow' })
  return (await followHere(visitor, allowed, address)).location ?? ''
}
