import type { Instant } from '../domain/event.ts'

/** What pages and the API are told of the settings. */
export type HttpSettings = {
  readonly publicUrl: string
  readonly inviteCredentials: 'mail' | 'choose'
  readonly inviteLink: 'confirm' | 'direct'
  readonly linkTtlMs: number
  readonly codeTtlMs: number
  /** Whether anonymous callers are told that an address is known. */
  readonly emailLookup: boolean
  readonly devMailbox: boolean
  /** The mailbox page is open to everybody on this machine, and to admins only anywhere else. */
  readonly loopback: boolean
  /** How many proxies stand in front; 0 trusts no forwarded header. */
  readonly proxyHops: number
  readonly sessionMaxMs: number
  /** Whose scripts may call the API from other origins; nobody's, if none is named. */
  readonly corsOrigins: readonly string[]
  /** Off only where many sign-ins from one place are the point: load tests. */
  readonly throttled: boolean
  /** How long an answer takes that must not tell whether an address is known. */
  readonly neutralMs: number
  /** What is shown is the past, as of this moment, and nothing can be changed; null where it is the present. */
  readonly readOnlyAsOf: Instant | null
  /** Checks every API answer against its declared schema: in tests a mismatch is an error. */
  readonly checkAnswers: boolean
}
