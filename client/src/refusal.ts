import type { RefusalCode } from './operations.ts'

type FieldProblem = { readonly pointer: string; readonly code: string; readonly detail: string }

/** The service says no, and why: a problem document (RFC 9457). Key on `code`; the wording is for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: RefusalCode | (string & {})
  /** What to do now, in the language that was asked for. */
  readonly detail: string | null
  readonly requestId: string | null
  /** Which fields are wrong. */
  readonly errors: readonly FieldProblem[]
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null
  /** The whole document, with what else it says. */
  readonly document: Readonly<Record<string, unknown>>

  constructor(status: number, document: Readonly<Record<string, unknown>>, retryAfter: number | null) {
    super(typeof document['title'] === 'string' ? document['title'] : `HTTP ${status}`)
    const text = (name: string) => (typeof document[name] === 'string' ? document[name] : null)
    this.status = status
    this.code = text('code') ?? text('error') ?? 'unknown'
    this.detail = text('detail')
    this.requestId = text('requestId')
    this.errors = Array.isArray(document['errors']) ? (document['errors'] as FieldProblem[]) : []
    this.retryAfter = retryAfter
    this.document = document
  }
}

/** What an answer that is no success says. */
export const refusalOf = async (response: Response): Promise<Refusal> => {
  const document: unknown = await response.json().catch(() => null)
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Refusal(
    response.status,
    typeof document === 'object' && document !== null ? (document as Record<string, unknown>) : {},
    Number.isFinite(seconds) ? seconds : null,
  )
}
