import type { Value } from '../../projections/projection.ts'

export type Parameter = Value | Uint8Array

/** SQL with `$1 … $n`: the same text on both engines wherever it can be. */
export type Statement = { readonly sql: string; readonly params: readonly Parameter[] }

export type Result = { readonly rows: readonly unknown[]; readonly changes: number }

/**
 * What is to be done in one transaction, told as the statements it wants carried out one after the other. It may be run
 * again from its beginning: so it changes nothing but rows.
 */
export type Work<T> = Generator<Statement, T, Result>

export function* first<R>(sql: string, params: readonly Parameter[] = []): Work<R | undefined> {
  return (yield { sql, params }).rows[0] as R | undefined
}

/** Answers how many rows it has changed. */
export function* run(sql: string, params: readonly Parameter[] = []): Work<number> {
  return (yield { sql, params }).changes
}

/**
 * Carries out work outside the history: all of it or nothing, durable when it resolves. Of works under one name only
 * one runs at a time, in whatever process.
 */
export type Exclusively = <T>(name: string, work: () => Work<T>) => Promise<T>
