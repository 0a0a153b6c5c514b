import type { Verdict } from '../../domain/users/events.ts'

/** Says whether mail to an address would arrive. Throws when there is no answer; the caller goes on without one. */
export type EmailVerifier = {
  readonly judge: (email: string, signal: AbortSignal) => Promise<Verdict>
}

/** What a service knows about somebody; each part null when it does not know. */
export type Person = {
  readonly name: string | null
  readonly company: string | null
  readonly title: string | null
}

/** Looks somebody up by address; null when the service knows nothing of them. Throws when there is no answer. */
export type PersonEnricher = {
  readonly lookUp: (email: string, signal: AbortSignal) => Promise<Person | null>
}

/** Where a service is and what opens it, as the operator has set it. */
export type Service = { readonly url: string; readonly key: string | null }
