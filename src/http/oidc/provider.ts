import type { KeyObject } from 'node:crypto'
import type { Configuration, ErrorOut, KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { adapterFor } from './adapter.ts'
import { accountOf, CLAIMS } from './claims.ts'
import { library } from './library.ts'
import { policyOf } from './policy.ts'

export const OIDC_PREFIX = '/oidc'

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const CODE_S = MINUTE_S
const TOKEN_S = 10 * MINUTE_S

/** Our signing key as the library wants to be handed one that it can't look into. */
const signingKeyOf = (
  { signer }: House['oidc'],
  { ExternalSigningKey }: Pick<typeof import('oidc-provider'), 'ExternalSigningKey'>,
) =>
  new (class extends ExternalSigningKey {
    override get kid(): string {
      return signer.kid
    }
    override get alg(): string {
      return signer.algorithm
    }
    override keyObject(): KeyObject {
      return signer.publicKey
    }
    override sign(bytes: Uint8Array): Uint8Array {
      return signer.sign(bytes)
    }
  })()

/** Every no that can't be sent to the application becomes a page or a problem document like any other of ours. */
const renderError = (house: House) => (_ctx: KoaContextWithOIDC, out: ErrorOut, error: Error) => {
  if (out.error === 'server_error') throw error
  house.log.info({ error: out.error, reason: out.error_description }, 'an authorization request was refused')
  throw new Problem(error.name === 'SessionNotFound' ? 'authorization_over' : 'authorization_refused', {
    error: out.error,
  })
}

const configurationOf = (house: House, oidc: typeof import('oidc-provider')): Configuration => {
  const secure = house.settings.publicUrl.startsWith('https:')
  const prefix = secure ? '__Secure-' : ''
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  const sessionS = Math.floor(house.settings.sessionMaxMs / 1000)
  return {
    adapter: adapterFor(house, oidc.errors),
    findAccount: async (_ctx, userId) => accountOf(await house.reads.users.get(userId)),
    claims: { ...CLAIMS } as unknown as NonNullable<Configuration['claims']>,
    scopes: ['openid'],
    clientAuthMethods: ['none', 'client_secret_basic'],
    clientDefaults: { id_token_signed_response_alg: 'EdDSA' },
    jwks: { keys: [signingKeyOf(house.oidc, oidc)] },
    enabledJWA: { idTokenSigningAlgValues: ['EdDSA'] },
    responseTypes: ['code'],
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: async () => false, // a consent ends with the session of the house, and all that hangs on it
    // A browser's script may speak for a client at the addresses that the client gets its answers at.
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin),
    interactions: {
      policy: policyOf(house, oidc.interactionPolicy),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    cookies: {
      keys: [...house.oidc.cookieKeys],
      names: {
        session: `${prefix}oidc`,
        interaction: `${prefix}oidc_interaction`,
        resume: `${prefix}oidc_resume`,
      },
      long: cookie,
      short: cookie,
    },
    features: {
      devInteractions: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      resourceIndicators: { enabled: false },
      userinfo: { enabled: true },
      introspection: {
        enabled: true,
        // Whoever keeps a secret may ask about any token that was shown to them, others about their own only.
        allowedPolicy: (_ctx, client, token) =>
          client.clientAuthMethod !== 'none' || token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
    },
    ttl: {
      AuthorizationCode: CODE_S,
      AccessToken: TOKEN_S,
      IdToken: TOKEN_S,
      RefreshToken: sessionS,
      Grant: sessionS,
      Session: sessionS,
      Interaction: HOUR_S,
    },
    renderError: renderError(house),
  }
}

/** The authorization server for applications of others. */
export const openProvider = async (house: House): Promise<Provider> => {
  const oidc = await library()
  const issuer = `${house.settings.publicUrl}${OIDC_PREFIX}`
  const provider = new oidc.default(issuer, configurationOf(house, oidc))
  const isSecret = ({ clientId }: { clientId: string }, secret: string) =>
    house.oidc.isClientSecret(clientId, secret)
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { clientId: string }, secret: string) {
      return isSecret(this, secret)
    },
  })
  provider.on('server_error', (_ctx, error) => house.log.error({ err: error }, 'OpenID Connect failed'))
  return provider
}
