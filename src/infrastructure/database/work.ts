import type { Parameter, Reader } from '../../projections/projection.ts'

/** SQL with `$1 … $n`: the same text on both engines wherever it can be. */
export type Statement = { readonly sql: string; readonly params: readonly Parameter[] }

export type Result = { readonly rows: readonly unknown[]; readonly changes: number }

/**
 * What is to be done in one transaction, told as the statements it wants carried out one after the other. SQLite carries
 * them out on the spot, within the group of commands that is being committed; PostgreSQL on a connection of their own.
 * It may be run again from its beginning (a lock that somebody holds, a connection that is gone): so it changes nothing
 * but rows.
 */
export type Work<T> = Generator<Statement, T, Result>

export function* all<R>(sql: string, params: readonly Parameter[] = []): Work<readonly R[]> {
  return (yield { sql, params }).rows as readonly R[]
}

export function* first<R>(sql: string, params: readonly Parameter[] = []): Work<R | undefined> {
  return (yield { sql, params }).rows[0] as R | undefined
}

/** Answers how many rows it has changed. */
export function* run(sql: string, params: readonly Parameter[] = []): Work<number> {
  return (yield { sql, params }).changes
}

/** Work that only reads, carried out by a reader: one statement after the other, in no transaction but the reader's own. */
export const readBy = async <T>(reader: Reader, work: Work<T>): Promise<T> => {
  let step = work.next()
  while (!step.done) {
    const rows = await reader.all(step.value.sql, step.value.params)
    step = work.next({ rows, changes: rows.length })
  }
  return step.value
}

/**
 * Carries out work outside the history (the vault's rows, leases, notes of runners): all of it or nothing, durable when
 * it resolves. Of works under one name only one runs at a time, in whatever process: what they read stays true until they
 * are done. Throws StoreBusy or StoreUnavailable; then nothing was changed.
 */
export type Exclusively = <T>(name: string, work: () => Work<T>) => Promise<T>

/** Where the same thing has to be said differently. */
export type Dialect = {
  readonly name: 'sqlite' | 'postgres'
  /** A text field of a stored event, as the indexes have it. */
  readonly field: (name: 'id' | 'at' | 'actor' | 'correlation' | 'causation') => string
  /** That a value is one of those in a parameter that holds a JSON array of texts: `type ${isOneOf('$1')}`. */
  readonly isOneOf: (parameter: string) => string
}

/** A database as everything but the engines sees it. */
export type Database = {
  readonly dialect: Dialect
  readonly reader: Reader
  readonly exclusively: Exclusively
}
