import type { z } from 'zod'
import type { ApiPrincipal } from '../../projections/principal.ts'
import type { Device } from '../acts/device.ts'
import type { House } from '../house.ts'
import type { ProblemCode } from '../problems.ts'

/** Who may call: everybody, whoever is signed in, or holders of a role. */
export type Who = 'anonymous' | 'user' | 'admin' | 'auditor'

export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Call<B, Q, W extends Who> = {
  readonly house: House
  readonly body: B
  readonly query: Q
  readonly params: Readonly<Record<string, string>>
  readonly principal: W extends 'anonymous' ? ApiPrincipal | null : ApiPrincipal
  readonly device: Device
  readonly correlation: string
  /** The caller's Idempotency-Key, for operations that see to repeats themselves. */
  readonly idempotencyKey: string | null
}

/** One operation of the API: the guard, the document and the contract test all read this. */
export type Operation<B = unknown, Q = unknown, W extends Who = Who> = {
  readonly operationId: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As the router takes it: `/invites/:id`. */
  readonly path: string
  readonly tag: 'sessions' | 'invites' | 'users' | 'me' | 'development'
  readonly summary: string
  readonly description: string
  readonly who: W
  readonly body?: z.ZodType<B>
  readonly query?: z.ZodType<Q>
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>
  readonly refusals: readonly ProblemCode[]
  /** Answers that carry tokens are not kept for repeats: no secret at rest. */
  readonly secretAnswer?: boolean
  /** Works in a session that has to choose a password first. */
  readonly evenRestricted?: boolean
  readonly handle: (call: Call<B, Q, W>) => Promise<Answer>
}

export const operation = <B = undefined, Q = undefined, const W extends Who = Who>(
  definition: Operation<B, Q, W>,
): Operation => definition as unknown as Operation
