import type { z } from 'zod'
import type { ApiPrincipal } from '../../projections/principal.ts'
import type { Device } from '../acts/device.ts'
import type { House } from '../house.ts'
import { Problem, type ProblemCode } from '../problems.ts'
import type { Reach } from '../travel-door.ts'

/**
 * Who may call: everybody unseen, everybody (known if they show a token), whoever is signed in, holders of a role. A
 * registrant is signed in, or shows the token that their registration answered.
 */
export type Who = 'anonymous' | 'anyone' | 'registrant' | 'user' | 'admin' | 'auditor'

/** Somebody who may go on with a registration: in a session, or by the registration's own token. */
export type Registrant = { readonly userId: string; readonly sessionId: string | null }

export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type PrincipalFor<W extends Who> = W extends 'anonymous'
  ? null
  : W extends 'anyone'
    ? ApiPrincipal | null
    : W extends 'registrant'
      ? Registrant
      : ApiPrincipal

export type Call<B, Q, W extends Who> = {
  readonly house: House
  readonly body: B
  readonly query: Q
  readonly params: Readonly<Record<string, string>>
  readonly principal: PrincipalFor<W>
  readonly device: () => Device
  readonly correlation: string
  /** The caller's Idempotency-Key, for operations that see to repeats themselves. */
  readonly idempotencyKey: string | null
  /** The body as it comes, where an operation takes CSV and was sent some; the JSON body is then an empty one. */
  readonly csv: AsyncIterable<Uint8Array> | null
}

/** One operation of the API: the guard, the document and the contract test all read this. */
export type Operation<B = unknown, Q = unknown, W extends Who = Who> = {
  readonly operationId: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As the router takes it: `/invites/:id`. */
  readonly path: string
  readonly tag:
    | 'sessions'
    | 'registration'
    | 'invites'
    | 'referrals'
    | 'users'
    | 'clients'
    | 'webhooks'
    | 'mails'
    | 'settings'
    | 'history'
    | 'me'
    | 'development'
  readonly summary: string
  readonly description: string
  readonly who: W
  readonly body?: z.ZodType<B>
  readonly query?: z.ZodType<Q>
  /** What its JSON may weigh, where that is more than elsewhere. */
  readonly maxBytes?: number
  /** Takes `text/csv` in place of JSON. */
  readonly csv?: { readonly maxBytes: number }
  /** For callers who go by another standard: the body is a form, and refusals are said in that standard's own shape. */
  readonly foreign?: {
    /** The answer to a problem; null where the standard has no words for it, and ours do. */
    readonly answerTo: (problem: Problem) => Answer | null
  }
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>
  readonly refusals: readonly ProblemCode[]
  /** An operation whose answer holds secrets, and is not kept: the same Idempotency-Key makes it do the same again. */
  readonly seesToRepeats?: boolean
  /** Works in a session that has to choose a password first. */
  readonly evenRestricted?: boolean
  /** Works for who has not confirmed the address yet, or not chosen a password. */
  readonly evenTemporary?: boolean
  /** It can be asked about the past (`?at=`), and then needs to know this much of it. */
  readonly asOf?: (
    known: Pick<House, 'history'>,
    params: Readonly<Record<string, string>>,
  ) => Reach | Promise<Reach>
  readonly handle: (call: Call<B, Q, W>) => Promise<Answer>
}

export const operation = <B = undefined, Q = undefined, const W extends Who = Who>(
  definition: Operation<B, Q, W>,
): Operation => definition as unknown as Operation

/** Answers to signed-in callers are kept for repeats. What anonymous callers get holds tokens: no secret at rest. */
export const keepsAnswers = ({
  method,
  who,
  seesToRepeats,
}: Pick<Operation, 'method' | 'who' | 'seesToRepeats'>): boolean =>
  method === 'post' && !seesToRepeats && who !== 'anonymous' && who !== 'anyone' && who !== 'registrant'

/** Every refusal an operation can answer: its own, and those of its kind. */
export const refusalsOf = (operation: Operation): ReadonlySet<ProblemCode> => {
  const { who, body, query, method, refusals, seesToRepeats, foreign, asOf } = operation
  const isOpen = who === 'anonymous' || who === 'anyone'
  const codes: ProblemCode[] = [...refusals, 'internal', 'storage_unavailable', 'overloaded']
  if (who !== 'anonymous') codes.push('token_expired', 'token_invalid')
  if (!isOpen) codes.push('unauthenticated')
  if (who === 'admin' || who === 'auditor') codes.push('forbidden')
  if (who === 'admin') codes.push('not_allowed')
  if (!isOpen && who !== 'registrant') {
    if (!operation.evenRestricted) codes.push('password_change_required')
    if (!operation.evenTemporary) codes.push('email_not_verified', 'registration_incomplete')
  }
  if (asOf)
    codes.push('forbidden', 'moment_malformed', 'moment_in_future', 'past_being_prepared', 'read_only')
  if (body || query || seesToRepeats || method !== 'get') codes.push('invalid_input')
  if (method !== 'get') codes.push('malformed_body', 'body_too_large', 'unsupported_media_type')
  if (keepsAnswers(operation)) codes.push('idempotency_key_reused', 'idempotency_in_progress')
  return new Set(foreign ? codes.filter((code) => foreign.answerTo(new Problem(code)) === null) : codes)
}
