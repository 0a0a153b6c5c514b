import type { KeyObject } from 'node:crypto'

type Payload = Readonly<Record<string, unknown>>

/** What OpenID Connect is handed by app.ts beside the rest of the house. */
export type OidcDoor = {
  /** Codes, tokens, consents and sign-ins under way; each is found by what its holder shows, which is nowhere stored. */
  readonly payloads: {
    readonly put: (
      model: string,
      id: string,
      payload: Payload,
      terms: {
        readonly lifetimeMs: number
        /** The session of ours that it ends with. */
        readonly sessionId?: string | null
      },
    ) => Promise<void>
    readonly find: (model: string, id: string) => Promise<Payload | undefined>
    readonly findByUid: (model: string, uid: string) => Promise<Payload | undefined>
    /** True for exactly one of all those who try. */
    readonly consume: (model: string, id: string) => Promise<boolean>
    readonly remove: (model: string, id: string) => Promise<void>
    readonly removeOfGrant: (model: string, grantId: string) => Promise<void>
  }
  /** Signs ID tokens; the private key stays in the vault. */
  readonly signer: {
    readonly kid: string
    readonly algorithm: 'EdDSA'
    readonly publicKey: KeyObject
    readonly sign: (bytes: Uint8Array) => Uint8Array
  }
  readonly cookieKeys: readonly string[]
  /** Derived from the root secret, never stored; shown once to whoever registers the client. */
  readonly clientSecret: (clientId: string) => string
  readonly isClientSecret: (clientId: string, secret: string) => boolean
}
