import type { DomainEvent, EventOf, EventType } from '../domain/catalogue.ts'

export type Value = string | number | null
/** What statements are given. */
export type Parameter = Value | Uint8Array
export type Row = Readonly<Record<string, Value>>

/** A change to a read table, as data: engines render it to SQL, bundle it, or aim it at a table built beside the live one. */
export type Change =
  | { readonly op: 'insert'; readonly table: string; readonly row: Row }
  | {
      readonly op: 'update'
      readonly table: string
      readonly set: Row
      /** Equality of each column; null means `is null`. */
      readonly where: Row
      /** Rows in which one of these columns holds the value are left alone. */
      readonly except?: Row
    }
  | { readonly op: 'delete'; readonly table: string; readonly where: Row }

export const insert = (table: string, row: Row): Change => ({ op: 'insert', table, row })
export const update = (table: string, where: Row, set: Row, except?: Row): Change =>
  except ? { op: 'update', table, set, where, except } : { op: 'update', table, set, where }
export const remove = (table: string, where: Row): Change => ({ op: 'delete', table, where })

type Handlers = { readonly [K in EventType]?: (event: EventOf<K>) => readonly Change[] }

/** Events in, rows out; pure, so that the tables can be rebuilt from the history at any time. */
export type Projection = {
  readonly name: string
  /** Raised whenever the same events make other rows: then the tables are built anew. */
  readonly version: number
  readonly tables: readonly string[]
  readonly types: readonly EventType[]
  readonly project: (event: DomainEvent) => readonly Change[]
  /** How long its rows are kept: older ones are swept now and then, and need not be there. */
  readonly retention?: Retention
}

/** Rows of `table` go once the instant in their column `column` is this old. */
export type Retention = { readonly table: string; readonly column: string; readonly ms: number }

const NOTHING: readonly Change[] = []

export const projection = (
  name: string,
  tables: readonly string[],
  handlers: Handlers,
  { version = 1, retention }: { readonly version?: number; readonly retention?: Retention } = {},
): Projection => {
  const byType = handlers as Readonly<Record<string, ((event: DomainEvent) => readonly Change[]) | undefined>>
  return {
    name,
    version,
    tables,
    types: Object.keys(handlers) as EventType[],
    project: (event) => byType[event.type]?.(event) ?? NOTHING,
    ...(retention ? { retention } : {}),
  }
}

/** The read side as projections' queries see it: plain SQL with `$1 … $n`, the same text on every engine. */
export type Reader = {
  readonly all: <R>(sql: string, params?: readonly Parameter[]) => Promise<R[]>
  readonly get: <R>(sql: string, params?: readonly Parameter[]) => Promise<R | undefined>
  /** A number that is another one after a commit, whoever made it; far cheaper than a query. Not every engine has one. */
  readonly version?: (() => number | undefined) | undefined
}

/** What a query counts under the name of `count`; it always answers a row. */
export const countOf = async (
  db: Pick<Reader, 'get'>,
  sql: string,
  params: readonly Parameter[] = [],
): Promise<number> => Number((await db.get<{ count: number }>(sql, params))?.count)
