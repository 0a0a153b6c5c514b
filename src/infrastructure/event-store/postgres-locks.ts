import { hash } from 'node:crypto'
import type { Client } from '../database/postgres.ts'

/** Advisory locks have numbers: the first eight bytes of a name's SHA-256. Names that share one only wait for each other. */
export const lockOf = (name: string): bigint => hash('sha256', name, 'buffer').readBigInt64BE(0)

/** A tag of an appended event is held by somebody else: it has to be waited for from the beginning. */
export class HeldElsewhere extends Error {
  override readonly name = 'HeldElsewhere'
  readonly locks: readonly bigint[]

  constructor(locks: readonly bigint[]) {
    super('a tag of an appended event is held by another command')
    this.locks = locks
  }
}

/** Fails when a question (named `asked`, with its answer in `ok`) is not answered with yes; the server's log says why. */
export const orFail = (questions: string, why: string): string =>
  `with ${questions} select case when ok then 1 else cast('latchkey tries again: ${why}' || ok as integer) end from asked`

const INVALID_TEXT = '22P02'
export const isFailed = (error: unknown): boolean => (error as { code?: string }).code === INVALID_TEXT

const TAKE = orFail(
  'asked as (select bool_and(pg_try_advisory_xact_lock(k)) as ok from unnest($1::bigint[]) k)',
  'a tag is held by another command',
)
const TRY = 'select 1 from unnest($1::bigint[]) k where not pg_try_advisory_xact_lock(k)'

const sorted = (locks: Iterable<bigint>): string[] =>
  [...new Set(locks)].toSorted((a, b) => (a < b ? -1 : 1)).map(String)

/**
 * How a boundary is looked up must not depend on what the server believes about the tables' size; nor is it worth compiling,
 * which the server would do for what it thinks so dear.
 */
const BY_INDEX = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_bitmapscan', 'jit']
  .map((setting) => `set local ${setting} = off`)
  .join('; ')

/**
 * Begins a transaction and waits for its locks, always in the same order: so nobody waits for somebody who waits for
 * them. What is only read under may be read by others as well; what is written under is held alone. The commit is not
 * waited for by those behind it: whoever wants it durable flushes (see Flusher).
 */
export const beginWith = (
  client: Client,
  read: Iterable<bigint>,
  written: ReadonlySet<bigint>,
): Promise<unknown> => {
  const locks = sorted([...read, ...written])
  const alone = locks.map((lock) => written.has(BigInt(lock)))
  return client.query(
    `begin isolation level read committed; set local synchronous_commit = off; ${BY_INDEX};
     select case when alone then pg_advisory_xact_lock(k) else pg_advisory_xact_lock_shared(k) end
     from unnest('{${locks.join()}}'::bigint[], '{${alone.join()}}'::boolean[]) as l(k, alone)`,
  )
}

/** Takes for itself what nobody else holds; waiting here, with others in hand, could be for ever. */
export const tryLocks = async (client: Client, locks: readonly bigint[]): Promise<void> => {
  const wanted = sorted(locks)
  if (wanted.length === 0) return
  const { rows } = await client.query({ name: 'try locks', text: TRY, values: [wanted] })
  if (rows.length > 0) throw new HeldElsewhere([...locks])
}

/** The same for whoever sends more behind it without waiting for an answer: that fails, too. */
export const takeLocks = async (client: Client, locks: readonly bigint[]): Promise<void> => {
  const wanted = sorted(locks)
  if (wanted.length === 0) return
  await client.query({ name: 'take locks', text: TAKE, values: [wanted] }).catch((error: unknown) => {
    throw isFailed(error) ? new HeldElsewhere([...locks]) : error
  })
}
