import { createHmac } from 'node:crypto'
import { open, seal } from './box.ts'
import type { idempotencyKeys } from './idempotency-keys.ts'

type Rows = ReturnType<typeof idempotencyKeys>

const CONTEXT = 'kept answer'

/**
 * Answers kept for repeats often hold an address, and so does what was asked. Both lie there sealed: only whoever brings
 * the Idempotency-Key again, of which there is a digest here, can have them opened. So nobody erased is in them.
 */
export const sealedAnswers = (rows: Rows, secret: Buffer): Rows => {
  const derived = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(`idempotency ${purpose} ${text}`).digest()
  const keyOf = (key: string) => derived('answer', key)
  return {
    async begin(key, request) {
      const mark = createHmac('sha256', derived('request', key)).update(request).digest('base64url')
      const begun = await rows.begin(key, mark)
      if (begun.kind !== 'stored') return begun
      const { status, body } = begun.answer
      const opened = JSON.parse(open(keyOf(key), body, CONTEXT).toString('utf8')) as {
        headers: Record<string, string>
        body: string
      }
      return { kind: 'stored', answer: { status, ...opened } }
    },
    keep: (key, { status, headers, body }) =>
      rows.keep(key, {
        status,
        headers: {},
        body: seal(keyOf(key), JSON.stringify({ headers, body }), CONTEXT),
      }),
    drop: (key) => rows.drop(key),
  }
}
