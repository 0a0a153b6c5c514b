import { z } from 'zod'
import type { Verdict } from '../../domain/users/events.ts'
import { type Outside, OutsideFailure } from './http.ts'
import type { EmailVerifier, Service } from './ports.ts'

/** `result` is what the service said at first and is to go one day; `status` is what it says now. */
const answerSchema = z.object({
  data: z
    .object({ status: z.string().optional(), result: z.string().optional() })
    .refine(({ status, result }) => status !== undefined || result !== undefined),
})

const VERDICTS: Readonly<Record<string, Verdict>> = {
  valid: 'deliverable',
  invalid: 'undeliverable',
  accept_all: 'risky',
  disposable: 'risky',
  webmail: 'risky',
  deliverable: 'deliverable',
  undeliverable: 'undeliverable',
  risky: 'risky',
}
const verdictOf = (word: string | undefined): Verdict | null =>
  word !== undefined && Object.hasOwn(VERDICTS, word) ? (VERDICTS[word] ?? null) : null

/** Speaks as hunter.io's e-mail verifier does (API version 2). */
export const hunterVerifier = (service: Service, ask: Outside): EmailVerifier => ({
  async judge(email, signal) {
    const headers = service.key === null ? {} : { 'x-api-key': service.key }
    const { status, body } = await ask(service, { email }, headers, signal)
    // 202: it is still at it. Whoever asks again later gets the answer.
    if (status !== 200) throw new OutsideFailure(`status_${status}`)
    const answer = answerSchema.safeParse(body)
    if (!answer.success) throw new OutsideFailure('malformed')
    const { data } = answer.data
    return verdictOf(data.status) ?? verdictOf(data.result) ?? 'unknown'
  },
})
