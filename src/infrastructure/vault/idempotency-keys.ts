import { type Clock, plus } from '../clock.ts'
import { openExpiring } from '../database/expiring.ts'
import { type Exclusively, first, run } from '../database/work.ts'
import { digest } from './digest.ts'

type Parts = { readonly exclusively: Exclusively; readonly clock: Clock }

const KEEP_MS = 24 * 3_600_000
const RUNNING_MS = 60_000

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
type Begun =
  | { readonly kind: 'fresh' | 'running' | 'mismatch' }
  | { readonly kind: 'stored'; readonly answer: Answer }

type Row = {
  readonly request: string
  readonly status: number | null
  readonly headers: string | null
  readonly body: string | null
}

const FIND = `select request_digest as request, status, headers, body from idempotency_keys
  where key_digest = $1 and expires_at > $2`

/** In the place of one whose time is over, too. */
const BEGIN = `insert into idempotency_keys (key_digest, request_digest, status, headers, body, expires_at)
  values ($1, $2, null, null, null, $3) on conflict (key_digest)
  do update set request_digest = excluded.request_digest, status = null, headers = null, body = null,
  expires_at = excluded.expires_at`

/** Answers by Idempotency-Key, for a day. A key whose request never finished may be tried again after a minute. */
export const idempotencyKeys = ({ exclusively, clock }: Parts) => {
  const nameOf = (key: string) => `idempotency:${key}`
  const removeExpired = openExpiring(
    { exclusively, clock },
    { name: 'idempotency_keys', key: ['key_digest'], now: (instant) => instant },
  )
  return {
    async begin(key: string, request: string): Promise<Begun> {
      const keyDigest = digest(key)
      const requestDigest = digest(request)
      await removeExpired()
      return exclusively(nameOf(keyDigest), function* () {
        const now = clock()
        const row = yield* first<Row>(FIND, [keyDigest, now])
        if (!row) {
          yield* run(BEGIN, [keyDigest, requestDigest, plus(now, RUNNING_MS)])
          return { kind: 'fresh' }
        }
        if (row.request !== requestDigest) return { kind: 'mismatch' }
        if (row.status === null) return { kind: 'running' }
        const headers = JSON.parse(row.headers ?? '{}') as Record<string, string>
        return { kind: 'stored', answer: { status: row.status, headers, body: row.body ?? '' } }
      })
    },

    async keep(key: string, { status, headers, body }: Answer): Promise<void> {
      const keyDigest = digest(key)
      await exclusively(nameOf(keyDigest), () =>
        run(
          'update idempotency_keys set status = $1, headers = $2, body = $3, expires_at = $4 where key_digest = $5',
          [status, JSON.stringify(headers), body, plus(clock(), KEEP_MS), keyDigest],
        ),
      )
    },

    async drop(key: string): Promise<void> {
      const keyDigest = digest(key)
      await exclusively(nameOf(keyDigest), () =>
        run('delete from idempotency_keys where key_digest = $1 and status is null', [keyDigest]),
      )
    },
  }
}
