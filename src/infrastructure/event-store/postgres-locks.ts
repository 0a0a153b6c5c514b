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

const TRY = 'select 1 from unnest($1::bigint[]) k where not pg_try_advisory_xact_lock(k)'

const sorted = (locks: Iterable<bigint>): string[] =>
  [...new Set(locks)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map(String)

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
    `begin isolation level read committed; set local synchronous_commit = off;
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
