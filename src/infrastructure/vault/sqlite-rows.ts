import { createHash } from 'node:crypto'
import type { Change, Reader } from '../../projections/projection.ts'
import { insert } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { DerivedTokens } from './derived-tokens.ts'

/** The vault's rows are written in the transactions of the event store, and share their fsync. */
type Parts = {
  readonly db: SqliteConnection
  readonly reader: Reader
  readonly exclusively: <T>(work: () => T) => Promise<T>
  readonly clock: Clock
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

/**
 * Browsers' sessions for koa-session. The cookie's value is kept as a digest only. A session that was signed out,
 * suspended away or has run out comes back without its `sessionId`: the browser is then nobody.
 */
export const pageSessions = ({ db, reader, exclusively, clock }: Parts) => {
  const statement = statementsOf(db)
  return {
    async get(key: string): Promise<Record<string, unknown> | null> {
      const row = await reader.get<{ data: string; alive: number }>(
        `select p.data, (p.session_id is null or exists (select 1 from sessions s
           where s.id = p.session_id and s.ended_at is null and s.expires_at > $2)) as alive
         from page_sessions p where p.cookie_digest = $1 and p.expires_at > $2`,
        [digest(key), clock()],
      )
      if (!row) return null
      const { sessionId, ...rest } = JSON.parse(row.data) as Record<string, unknown>
      return row.alive && sessionId !== undefined ? { ...rest, sessionId } : rest
    },

    async set(key: string, session: Record<string, unknown>, maxAgeMs: number): Promise<void> {
      const now = clock()
      const sessionId = typeof session['sessionId'] === 'string' ? session['sessionId'] : null
      await exclusively(() => {
        statement('delete from page_sessions where expires_at <= ?').run(now)
        statement(
          `insert into page_sessions values (?, ?, ?, ?, ?) on conflict (cookie_digest)
           do update set session_id = excluded.session_id, data = excluded.data, seen_at = excluded.seen_at,
           expires_at = excluded.expires_at`,
        ).run(digest(key), sessionId, JSON.stringify(session), now, plus(now, maxAgeMs))
      })
    },

    async destroy(key: string): Promise<void> {
      await exclusively(() => {
        statement('delete from page_sessions where cookie_digest = ?').run(digest(key))
      })
    },
  }
}

/** A lost answer may be asked for again this long; later a used refresh token is a stolen one (RFC 9700, 4.14). */
const GRACE_MS = 10_000

type Rotation =
  | { readonly outcome: 'rotated'; readonly sessionId: string; readonly token: string }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'reused'; readonly sessionId: string }

/**
 * Refresh tokens: derived from session and generation; the vault keeps the number of the newest generation only. One
 * that was not used for `idleMs` is dead.
 */
export const refreshTokens = (
  { db, exclusively, clock }: Omit<Parts, 'reader'>,
  derived: DerivedTokens,
  idleMs: number,
) => {
  const statement = statementsOf(db)
  return {
    first(sessionId: string): { token: string; alongside: Change } {
      return {
        token: derived.make('refresh', sessionId, 1),
        alongside: insert('refresh_generations', {
          session_id: sessionId,
          generation: 1,
          rotated_at: clock(),
        }),
      }
    },

    async rotate(token: string): Promise<Rotation> {
      const read = derived.read('refresh', token)
      if (!read) return { outcome: 'invalid' }
      const { id: sessionId, generation } = read
      return exclusively((): Rotation => {
        const now = clock()
        const row = statement(
          'select generation, rotated_at from refresh_generations where session_id = ?',
        ).get(sessionId) as { generation: number; rotated_at: string } | undefined
        if (!row || generation > row.generation) return { outcome: 'invalid' }
        if (row.rotated_at <= plus(now, -idleMs)) return { outcome: 'invalid' }
        if (generation === row.generation) {
          statement('update refresh_generations set generation = ?, rotated_at = ? where session_id = ?').run(
            generation + 1,
            now,
            sessionId,
          )
          return { outcome: 'rotated', sessionId, token: derived.make('refresh', sessionId, generation + 1) }
        }
        const isParent = generation === row.generation - 1
        return isParent && now < plus(row.rotated_at, GRACE_MS)
          ? { outcome: 'rotated', sessionId, token: derived.make('refresh', sessionId, row.generation) }
          : { outcome: 'reused', sessionId }
      })
    },

    /** Forgets those that can never be used again: their session has ended, or they have idled away. */
    async sweep(): Promise<number> {
      return exclusively(
        () =>
          statement(
            `delete from refresh_generations where rotated_at <= @idle or not exists (select 1 from sessions s
             where s.id = session_id and s.ended_at is null and s.expires_at > @now)`,
          ).run({ now: clock(), idle: plus(clock(), -idleMs) }).changes,
      )
    },
  }
}

const KEEP_MS = 24 * 3_600_000

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
type Begun =
  | { readonly kind: 'fresh' | 'running' | 'mismatch' }
  | { readonly kind: 'stored'; readonly answer: Answer }

/** Answers by Idempotency-Key, for a day. A key whose request never finished may be tried again after a minute. */
export const idempotencyKeys = ({ db, exclusively, clock }: Parts) => {
  const statement = statementsOf(db)
  const RUNNING_MS = 60_000
  return {
    async begin(key: string, request: string): Promise<Begun> {
      const keyDigest = digest(key)
      const requestDigest = digest(request)
      return exclusively((): Begun => {
        const now = clock()
        statement('delete from idempotency_keys where expires_at <= ?').run(now)
        const row = statement('select * from idempotency_keys where key_digest = ?').get(keyDigest) as
          | { request_digest: string; status: number | null; headers: string | null; body: string | null }
          | undefined
        if (!row) {
          statement('insert into idempotency_keys values (?, ?, null, null, null, ?)').run(
            keyDigest,
            requestDigest,
            plus(now, RUNNING_MS),
          )
          return { kind: 'fresh' }
        }
        if (row.request_digest !== requestDigest) return { kind: 'mismatch' }
        if (row.status === null) return { kind: 'running' }
        const headers = JSON.parse(row.headers ?? '{}') as Record<string, string>
        return { kind: 'stored', answer: { status: row.status, headers, body: row.body ?? '' } }
      })
    },

    async keep(key: string, { status, headers, body }: Answer): Promise<void> {
      await exclusively(() => {
        statement(
          'update idempotency_keys set status = ?, headers = ?, body = ?, expires_at = ? where key_digest = ?',
        ).run(status, JSON.stringify(headers), body, plus(clock(), KEEP_MS), digest(key))
      })
    },

    async drop(key: string): Promise<void> {
      await exclusively(() => {
        statement('delete from idempotency_keys where key_digest = ? and status is null').run(digest(key))
      })
    },
  }
}
