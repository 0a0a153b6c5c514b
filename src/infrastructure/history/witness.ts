import type { SealRow } from './seals.ts'

const WITHIN_MS = 10_000

type Log = { readonly error: (fields: object, message: string) => void }

/**
 * Hands each seal to somebody outside who keeps it: what they hold, nobody here can take back. One that did not
 * arrive is not sent again; the next one covers its events as well.
 */
export const witnessAt =
  (url: string, log: Log) =>
  async ({ size, note }: SealRow): Promise<void> => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'latchkey' },
        body: note,
        redirect: 'error',
        signal: AbortSignal.timeout(WITHIN_MS),
      })
      await answer.body?.cancel()
      if (!answer.ok) log.error({ size, status: answer.status }, 'the witness did not take the seal')
    } catch (error) {
      log.error({ size, err: error }, 'the witness could not be reached')
    }
  }
