import type { ImportOutcome } from '../../domain/invites/import-line.ts'
import type { Reader } from '../../projections/projection.ts'
import { first, run, type Work } from '../database/work.ts'

/** `waiting`: it was read and somebody has to say go; nothing has been issued. */
export type ImportState = 'reading' | 'waiting' | 'running' | 'cancelled' | 'done'
export type ImportCounts = Readonly<Record<ImportOutcome, number>>

export type ImportRow = {
  readonly id: string
  readonly state: ImportState
  readonly actor: string
  readonly wrappedKey: string
  readonly digest: string | null
  readonly createdAt: string
  readonly changedAt: string
  readonly expiresAt: string
}
export type Progress = { readonly lines: number; readonly processed: number; readonly counts: ImportCounts }
export type Chunk = { readonly number: number; readonly isDone: number; readonly box: string }

const ROW = `id, state, actor, wrapped_key as "wrappedKey", digest, created_at as "createdAt",
  changed_at as "changedAt", expires_at as "expiresAt"`
const CHUNK = `number, is_done as "isDone", box`
const COUNTED = [
  'issuable',
  'issued',
  'refused',
  'already_open',
  'already_registered',
  'duplicate',
  'invalid',
]

const values = (counts: ImportCounts) => [
  counts.issuable,
  counts.issued,
  counts.refused,
  counts['already-open'],
  counts['already-registered'],
  counts.duplicate,
  counts.invalid,
]

/** False if there is one of this id. */
export function* insertImport(row: Omit<ImportRow, 'digest' | 'state' | 'changedAt'>): Work<boolean> {
  const { id, actor, wrappedKey, createdAt, expiresAt } = row
  const changes = yield* run(
    `insert into imports (id, state, actor, wrapped_key, created_at, changed_at, expires_at)
     values ($1, 'reading', $2, $3, $4, $4, $5) on conflict (id) do nothing`,
    [id, actor, wrappedKey, createdAt, expiresAt],
  )
  return changes === 1
}

/** Lets go of one whose reading was broken off. */
export function* removeIfBroken(id: string, before: string): Work<boolean> {
  const broken = yield* run(`delete from imports where id = $1 and state = 'reading' and changed_at <= $2`, [
    id,
    before,
  ])
  if (broken === 1) yield* run('delete from import_chunks where import_id = $1', [id])
  return broken === 1
}

export function* insertChunk(
  importId: string,
  { number, box }: Omit<Chunk, 'isDone'>,
  counts: ImportCounts,
  now: string,
): Work<void> {
  const all = values(counts)
  yield* run(
    `insert into import_chunks (import_id, number, is_done, lines, ${COUNTED.join(', ')}, box)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [importId, number, counts.issuable === 0 ? 1 : 0, all.reduce((sum, n) => sum + n, 0), ...all, box],
  )
  yield* run('update imports set changed_at = $2 where id = $1', [importId, now])
}

export function* completeReading(id: string, digest: string, now: string): Work<void> {
  yield* run(
    `update imports set state = 'waiting', digest = $2, changed_at = $3 where id = $1 and state = 'reading'`,
    [id, digest, now],
  )
}

/** False if it is in none of these states. */
export function* changeState(
  id: string,
  from: readonly ImportState[],
  to: ImportState,
  { now, expiresAt }: { readonly now: string; readonly expiresAt: string },
): Work<boolean> {
  const places = from.map((_, n) => `$${n + 5}`).join(', ')
  const changes = yield* run(
    `update imports set state = $2, changed_at = $3, expires_at = $4, leased_by = null, leased_until = null
     where id = $1 and state in (${places})`,
    [id, to, now, expiresAt, ...from],
  )
  return changes === 1
}

/** The next chunk of an import that runs, if no other process is at it. */
export function* leaseChunk(
  id: string,
  { by, now, until }: { readonly by: string; readonly now: string; readonly until: string },
): Work<Chunk | 'ended' | 'busy'> {
  const leased = yield* run(
    `update imports set leased_by = $2, leased_until = $4 where id = $1 and state = 'running'
     and (leased_until is null or leased_until <= $3)`,
    [id, by, now, until],
  )
  if (leased === 0) return 'busy'
  const chunk = yield* first<Chunk>(
    `select ${CHUNK} from import_chunks where import_id = $1 and is_done = 0 order by number limit 1`,
    [id],
  )
  return chunk ?? 'ended'
}

/** Answers whether that was the last one. */
export function* finishChunk(
  id: string,
  by: string,
  { number, box }: Omit<Chunk, 'isDone'>,
  counts: ImportCounts,
  { now, expiresAt }: { readonly now: string; readonly expiresAt: string },
): Work<boolean> {
  const sets = COUNTED.map((column, n) => `${column} = $${n + 4}`).join(', ')
  yield* run(
    `update import_chunks set is_done = 1, box = $3, ${sets} where import_id = $1 and number = $2 and is_done = 0`,
    [id, number, box, ...values(counts)],
  )
  yield* run('update imports set changed_at = $2 where id = $1', [id, now])
  yield* run('update imports set leased_by = null, leased_until = null where id = $1 and leased_by = $2', [
    id,
    by,
  ])
  const rest = yield* first('select number from import_chunks where import_id = $1 and is_done = 0 limit 1', [
    id,
  ])
  return rest === undefined && (yield* changeState(id, ['running'], 'done', { now, expiresAt }))
}

/** Forgets imports whose time is over; without their keys nothing of them can be read, in whatever copy. */
export function* removeExpired(now: string): Work<number> {
  yield* run('delete from import_chunks where import_id in (select id from imports where expires_at <= $1)', [
    now,
  ])
  return yield* run('delete from imports where expires_at <= $1', [now])
}

type Sums = Readonly<Record<string, number | null>>

export const importReads = (db: Reader) => ({
  get: (id: string) => db.get<ImportRow>(`select ${ROW} from imports where id = $1`, [id]),
  latest: (limit: number) =>
    db.all<ImportRow>(`select ${ROW} from imports order by id desc limit $1`, [limit]),

  /** One that runs and that nobody is at, the oldest first. */
  next: (now: string) =>
    db.get<{ id: string }>(
      `select id from imports where state = 'running' and (leased_until is null or leased_until <= $1) order by id limit 1`,
      [now],
    ),

  async progress(id: string): Promise<Progress> {
    const sums = await db.get<Sums>(
      `select sum(lines) as lines, sum(case when is_done = 1 then lines else 0 end) as processed,
       ${COUNTED.map((column) => `sum(${column}) as ${column}`).join(', ')} from import_chunks where import_id = $1`,
      [id],
    )
    const of = (column: string) => Number(sums?.[column] ?? 0)
    return {
      lines: of('lines'),
      processed: of('processed'),
      counts: {
        issuable: of('issuable'),
        issued: of('issued'),
        refused: of('refused'),
        'already-open': of('already_open'),
        'already-registered': of('already_registered'),
        duplicate: of('duplicate'),
        invalid: of('invalid'),
      },
    }
  },

  /** The next chunk from a number on; of `problems` those only that hold any. */
  chunk: (id: string, from: number, problems: boolean) =>
    db.get<Chunk>(
      `select ${CHUNK} from import_chunks where import_id = $1 and number >= $2
       ${problems ? 'and lines > issuable + issued' : ''} order by number limit 1`,
      [id, from],
    ),
})
