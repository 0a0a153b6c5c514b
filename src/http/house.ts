import type { IncomingHttpHeaders } from 'node:http'
import type { DomainEvent } from '../domain/catalogue.ts'
import type { Command, Refusal } from '../domain/decision.ts'
import type { Actor, Instant } from '../domain/event.ts'
import type { Verdict } from '../domain/users/events.ts'
import type { PasswordProblem } from '../domain/users/password.ts'
import type { ReadSide } from '../projections/index.ts'
import type { Change } from '../projections/projection.ts'
import type { CodeFound } from '../projections/referral-codes.ts'
import type { HistoryDoor } from './history-door.ts'
import type { HttpSettings } from './http-settings.ts'
import type { ImportsDoor } from './imports-door.ts'
import type { InForceDoor } from './in-force-door.ts'
import type { OidcDoor } from './oidc/door.ts'
import type { ProofsDoor } from './proofs-door.ts'
import type { ThrottlePolicy } from './throttle-policies.ts'
import type { TravelDoor } from './travel-door.ts'
import type { WebhooksDoor } from './webhooks-door.ts'

/** What became of a command: its events with their positions, or a refusal (whose facts, if any, stand in the history). */
export type Outcome =
  | { readonly outcome: 'accepted'; readonly events: readonly DomainEvent[] }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly events: readonly DomainEvent[] }

/** On whose behalf a command is executed, and to which chain of events it belongs. */
export type By = { readonly actor: Actor; readonly correlation: string; readonly causation?: string }

export type Execute = <C, V>(
  command: Command<C, V>,
  wish: NoInfer<C>,
  by: By,
  /** Vault rows written in the same commit, only if the command is accepted with events (not when it is already true). */
  alongside?: readonly Change[],
) => Promise<Outcome>

/** A session that could be used now, and when it was last (known to a few minutes). */
export type LivingSession = {
  readonly id: string
  readonly method: string
  readonly carrier: 'page' | 'api'
  readonly startedAt: string
  readonly expiresAt: string
  readonly lastUsedAt: string
  readonly userAgent: string | null
  readonly ip: string | null
}

/** What an access token says, once its signature, issuer, audience and times have been checked. */
export type AccessClaims = { readonly userId: string; readonly sessionId: string }

export type TokenProblem = 'token_expired' | 'token_invalid'

/** The mail as its receiver would see it, made anew from its event; null when its person has been forgotten. */
export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

export type MailTries = {
  readonly attempts: number
  readonly nextAt: Instant
  readonly lastReason: string | null
}

/** Whether there was room, what is left of it, and until when to wait if there was none. */
export type Throttled = {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  readonly windowSeconds: number
  readonly resetSeconds: number
}

/** A stored answer to a request that may come again under the same Idempotency-Key. */
export type StoredAnswer = {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Everything that pages and the API are handed by app.ts. They see no engine, only these doors. */
export type House = {
  readonly settings: HttpSettings
  readonly now: () => Instant
  readonly newId: () => string
  readonly execute: Execute
  readonly reads: ReadSide
  /** How far lists have to be for whoever asks; null where they are never behind. */
  readonly positions: {
    readonly run: <T>(least: number, work: () => T) => T
    readonly least: () => number
  } | null
  readonly log: {
    readonly debug: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
    readonly error: (fields: object, message: string) => void
  }

  /** One-time links: derived from the root secret, never stored. `read…` answers the id a token was made for, or null. */
  readonly links: {
    readonly inviteToken: (inviteId: string) => string
    readonly readInviteToken: (token: string) => string | null
    readonly signInToken: (linkId: string) => string
    readonly readSignInToken: (token: string) => string | null
    readonly readVerificationToken: (token: string) => string | null
    readonly readPasswordResetToken: (token: string) => string | null
    /** Stands for the user who registered by the API, until they are a member; answered once and never mailed. */
    readonly registrationToken: (userId: string) => string
    readonly readRegistrationToken: (token: string) => string | null
  }

  /** Whether a code is the one that was mailed for a verification. */
  readonly isVerificationCode: (verificationId: string, code: string) => boolean

  /** Codes by which users bring others: new ones, and look-ups that ask the database only once. */
  readonly referralCodes: {
    readonly make: () => string
    /** By the code itself, expired or not; null for one that nobody can come by for another reason. */
    readonly byCode: (code: string) => Promise<CodeFound | null>
    /** The active code of whoever has this verified address (canonical form). */
    readonly byReferrerEmail: (email: string) => Promise<CodeFound | null>
  }

  readonly judgeAddress: (email: string) => Promise<Verdict | null>

  /** Slow on purpose; all run in workers. Throws an error named `Overloaded` when their queue is full. */
  readonly passwords: {
    /** What is wrong with a new password, or null; `about` is what is known of its owner, who must not be found in it. */
    readonly judge: (password: string, about: readonly (string | null)[]) => Promise<PasswordProblem | null>
    readonly hash: (password: string) => Promise<string>
    /** For a password that is chosen with an address before the address is confirmed. */
    readonly hashFor: (address: string, password: string) => Promise<string>
    /** The id of the credential that the password matches, or null; takes equally long for a user that does not exist. */
    readonly prove: (userId: string | null, password: string) => Promise<string | null>
    /** The same by address: its owner's credential, or that of somebody who waits to confirm it. Takes equally long for nobody. */
    readonly proveByAddress: (
      address: string | null,
      password: string,
    ) => Promise<{ readonly userId: string | null; readonly credentialId: string | null }>
  }

  readonly tokens: {
    /** Signed access token (JWT, EdDSA) and how long it lives, in seconds. */
    readonly issueAccess: (
      claims: AccessClaims & { readonly roles: readonly string[] },
    ) => Promise<{ readonly token: string; readonly expiresIn: number }>
    readonly readAccess: (token: string) => Promise<AccessClaims | TokenProblem>
    /** The row that makes a session's first refresh token valid goes into the commit that begins the session. */
    readonly firstRefresh: (sessionId: string) => { readonly token: string; readonly alongside: Change }
    /** The next token of the session, or why there is none: unknown token, or one that was used before. */
    readonly rotateRefresh: (
      token: string,
    ) => Promise<
      | { readonly outcome: 'rotated'; readonly sessionId: string; readonly token: string }
      | { readonly outcome: 'invalid' }
      | { readonly outcome: 'reused'; readonly sessionId: string }
    >
    readonly jwks: () => Promise<{ readonly keys: readonly object[] }>
  }

  /** A user's sessions that could be used now, the newest first. */
  readonly livingSessions: (
    userId: string,
    page: { readonly limit: number; readonly before?: string | undefined; readonly pageIdleMs: number },
  ) => Promise<readonly LivingSession[]>

  readonly oidc: OidcDoor

  /** Counts tries before anything is done about them; by whom is kept as a keyed digest only. */
  readonly throttles: {
    readonly take: (policy: ThrottlePolicy, subject: string) => Promise<Throttled>
    /** The try was none: it is taken back. */
    readonly giveBack: (policy: ThrottlePolicy, subject: string) => Promise<void>
    /** Whoever has proven who they are begins anew. */
    readonly clear: (policy: ThrottlePolicy, subject: string) => Promise<void>
  }

  /** Keyed digest of a text for a purpose: CSRF tokens, signed form fields. */
  readonly sign: (purpose: string, text: string) => string
  readonly verifySignature: (purpose: string, text: string, signature: string) => boolean

  /** The store behind koa-session; sessions that have ended come back without their user. */
  readonly pageSessions: {
    readonly get: (key: string) => Promise<Record<string, unknown> | null>
    readonly set: (key: string, session: Record<string, unknown>, maxAgeMs: number) => Promise<void>
    readonly destroy: (key: string) => Promise<void>
  }

  readonly idempotency: {
    /** `fresh`: go on, then `keep` or `drop`. `running`: another request is at it. `mismatch`: same key, other request. */
    readonly begin: (
      key: string,
      request: string,
    ) => Promise<
      | { readonly kind: 'fresh' | 'running' | 'mismatch' }
      | { readonly kind: 'stored'; readonly answer: StoredAnswer }
    >
    readonly keep: (key: string, answer: StoredAnswer) => Promise<void>
    readonly drop: (key: string) => Promise<void>
  }

  readonly history: HistoryDoor

  readonly inForce: InForceDoor
  readonly imports: ImportsDoor

  /** What proves the history to those who do not take our word for it. */
  readonly proofs: ProofsDoor

  /** The way into the past; null in a house that shows nothing else. */
  readonly travel: TravelDoor | null
  readonly webhooks: WebhooksDoor

  readonly renderMail: (mailId: string) => Promise<RenderedMail | null>
  /** The same with every secret in it masked: for admins, who look after mails and let nobody in with them. */
  readonly previewMail: (mailId: string) => Promise<RenderedMail | null>
  /** What the runner noted about a mail that was tried and is still queued. */
  readonly mailTries: (mailId: string) => Promise<MailTries | null>
  /**
   * Does something once the answer is out, so that its time tells nothing about what was done. Awaited when the
   * service stops; what goes wrong is logged under `what`.
   */
  readonly afterwards: (what: string, work: () => Promise<void>) => void
  /** Somebody was asked to come again because there was too much to do. */
  readonly turnedAway: () => void
  /** Looks on while a request is answered; the answer says by the pattern of which route, and with which status. */
  readonly watchRequest: (
    request: { readonly method: string; readonly headers: IncomingHttpHeaders },
    answer: () => Promise<{ readonly route: string; readonly status: number }>,
  ) => Promise<void>
  /** The meters, while they are on; `token` tells whether one is right, and is null where the place asked from decides. */
  readonly metrics: {
    readonly token: ((given: string) => boolean) | null
    readonly contentType: string
    readonly text: () => Promise<string>
  } | null
  /** True once the service is shutting down: it finishes what it has and wants nothing new. */
  readonly draining: () => boolean
  /** Throws when the store can't be read or lacks what this version needs: the service is not ready. */
  readonly checkReady: () => Promise<void>
}
