import type { House, StoredAnswer } from '../house.ts'
import { invalidInput } from '../middleware/input.ts'
import { asProblem, Problem } from '../problems.ts'

const KEY = /^[\x21-\x7e]{1,200}$/

/** The caller's Idempotency-Key, if there is one. */
export const readKey = (header: string): string | null => {
  if (header === '') return null
  if (KEY.test(header)) return header
  const detail = '1 to 200 visible ASCII characters.'
  throw invalidInput({ pointer: '/headers/idempotency-key', code: 'invalid', detail })
}

/** Runs a request once for its key; the same request again gets the same answer, another one under that key a refusal. */
export const once = async (
  house: House,
  key: string,
  request: string,
  run: () => Promise<StoredAnswer>,
): Promise<StoredAnswer> => {
  const begun = await house.idempotency.begin(key, request)
  switch (begun.kind) {
    case 'stored':
      return begun.answer
    case 'running':
      throw new Problem('idempotency_in_progress', {}, { 'retry-after': '1' })
    case 'mismatch':
      throw new Problem('idempotency_key_reused')
    case 'fresh': {
      const answer = await run().catch(async (error: unknown) => {
        // A refusal or an outage has done nothing, so the key is free again; after a bug nobody can say so.
        if (asProblem(error).code !== 'internal') await house.idempotency.drop(key)
        throw error
      })
      await house.idempotency.keep(key, answer).catch((error: unknown) => {
        house.log.error({ err: error }, 'an answer could not be kept for repeats') // what it tells of is done all the same
      })
      return answer
    }
  }
}
