import { type Change, insert } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { type Exclusively, first, run } from '../database/work.ts'
import type { DerivedTokens } from './derived-tokens.ts'

type Parts = { readonly exclusively: Exclusively; readonly clock: Clock }

/** A lost answer may be asked for again this long; later a used refresh token is a stolen one (RFC 9700, 4.14). */
const GRACE_MS = 10_000
/** In one transaction, so that nobody waits long to write. */
const MAX_SWEPT = 1000

type Rotation =
  | { readonly outcome: 'rotated'; readonly sessionId: string; readonly token: string }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'reused'; readonly sessionId: string }

const DEAD = `select g.session_id from refresh_generations g where g.rotated_at <= $1
  or not exists (select 1 from sessions s
    where s.id = g.session_id and s.ended_at is null and s.expires_at > $2)
  order by g.session_id limit ${MAX_SWEPT}`

/**
 * Refresh tokens: derived from session and generation; the vault keeps the number of the newest generation only. One
 * that was not used for `idleMs` is dead.
 */
export const refreshTokens = ({ exclusively, clock }: Parts, derived: DerivedTokens, idleMs: number) => ({
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
    const tokenOf = (number: number) => derived.make('refresh', sessionId, number)
    return exclusively(`refresh:${sessionId}`, function* () {
      const now = clock()
      const row = yield* first<{ generation: number; rotatedAt: string }>(
        'select generation, rotated_at as "rotatedAt" from refresh_generations where session_id = $1',
        [sessionId],
      )
      if (!row || generation > row.generation) return { outcome: 'invalid' }
      if (row.rotatedAt <= plus(now, -idleMs)) return { outcome: 'invalid' }
      if (generation === row.generation) {
        yield* run('update refresh_generations set generation = $1, rotated_at = $2 where session_id = $3', [
          generation + 1,
          now,
          sessionId,
        ])
        return { outcome: 'rotated', sessionId, token: tokenOf(generation + 1) }
      }
      const isParent = generation === row.generation - 1
      return isParent && now < plus(row.rotatedAt, GRACE_MS)
        ? { outcome: 'rotated', sessionId, token: tokenOf(row.generation) }
        : { outcome: 'reused', sessionId }
    })
  },

  /** Forgets those that can never be used again: their session has ended, or they have idled away. */
  async sweep(): Promise<number> {
    let swept = 0
    for (let removed = MAX_SWEPT; removed >= MAX_SWEPT; swept += removed) {
      removed = await exclusively('refresh sweep', () =>
        run(`delete from refresh_generations where session_id in (${DEAD})`, [
          plus(clock(), -idleMs),
          clock(),
        ]),
      )
    }
    return swept
  },
})
