import type { Refusal } from '../domain/decision.ts'
import type { Locale } from '../domain/invites/events.ts'
import { refusalCodes } from '../domain/refusals.ts'
import { type ProblemCode, problems } from './texts/problems.ts'

export type { ProblemCode } from './texts/problems.ts'

export const problemCodes = Object.keys(problems) as readonly ProblemCode[]
/** Whether the domain decides so; everything else is found before anything is decided. */
export const isRefusal = (code: ProblemCode): boolean => (refusalCodes as readonly string[]).includes(code)
export const statusOf = (code: ProblemCode): number => problems[code].status
export const wordingOf = (code: ProblemCode, locale: Locale = 'en'): string => problems[code][locale][0]
export const adviceOf = (code: ProblemCode, locale: Locale = 'en'): string | undefined =>
  problems[code][locale][1]

/** Thrown to answer a request with a problem; the only throw that is not an error of ours. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code)
    this.code = code
    this.status = statusOf(code)
    this.members = members
    this.headers = headers
  }
}

/** A command's refusal, or a no from before any command. */
export type Refused = { readonly code: ProblemCode; readonly details?: Refusal['details'] }

export const problemOf = ({ code, details }: Refused): Problem => new Problem(code, details)

/** The stable URI of a problem; it leads to the problem's description. */
export const problemUri = (publicUrl: string, code: ProblemCode): string => `${publicUrl}/problems/${code}`

/** RFC 9457. `type` and `code` are stable, `title` and `detail` speak the caller's language; nothing internal. */
export const problemDocument = (
  { code, status, members }: Problem,
  publicUrl: string,
  requestId: string,
  locale: Locale = 'en',
) => {
  const detail = adviceOf(code, locale)
  return {
    type: problemUri(publicUrl, code),
    title: wordingOf(code, locale),
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    ...members,
    requestId,
  }
}

type Loose = { readonly name?: unknown; readonly status?: unknown; readonly retryAfterSeconds?: unknown }

/** What the outside gets to hear of anything thrown. */
export const asProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  const { name, status, retryAfterSeconds } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as Loose
  const retry = { 'retry-after': String(typeof retryAfterSeconds === 'number' ? retryAfterSeconds : 1) }
  if (name === 'Overloaded' || name === 'StoreBusy') return new Problem('overloaded', {}, retry)
  if (name === 'ReadOnly') return new Problem('read_only')
  if (name === 'StoreUnavailable') return new Problem('storage_unavailable', {}, retry)
  if (status === 413) return new Problem('body_too_large')
  if (status === 415) return new Problem('unsupported_media_type')
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem('malformed_body')
  return new Problem('internal')
}
