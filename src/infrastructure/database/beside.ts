import type { SqliteConnection } from './sqlite.ts'

/**
 * Tables beside the live ones: `fresh_users` is filled while `users` is used, then both change their names in one
 * transaction, and `retired_users` is emptied bit by bit. SQLite can't rename an index, so each index has two
 * names and a table that takes the place of another has those the other has not; migrations see the plain ones.
 */
const OTHER_NAME = '_anew'

export const freshName = (table: string) => `fresh_${table}`
export const retiredName = (table: string) => `retired_${table}`

export type Definition = { readonly type: 'table' | 'index'; readonly name: string; readonly sql: string }

/** How a table and its indexes were made, the table first. */
export const definitionsOf = (db: SqliteConnection, table: string): readonly Definition[] =>
  db
    .prepare(
      'select type, name, sql from sqlite_schema where tbl_name = ? and sql is not null order by type desc, name',
    )
    .all(table) as Definition[]

/** The columns of a table's primary key, as SQL lists them. */
export const keyOf = (db: SqliteConnection, table: string): string => {
  const columns = db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk)
  return key.map(({ name }) => name).join(', ')
}

const exists = (db: SqliteConnection, table: string): boolean =>
  db.prepare(`select 1 from sqlite_schema where type = 'table' and name = ?`).get(table) !== undefined

/** Which of these tables there are. */
export const present = (db: SqliteConnection, names: readonly string[]): readonly string[] =>
  names.filter((name) => exists(db, name))

const CREATE_TABLE = /^(create table )("?\w+"?)/i
const CREATE_INDEX = /^(create (?:unique )?index )("?\w+"?)( on )("?\w+"?)/i

const otherName = (index: string) =>
  index.endsWith(OTHER_NAME) ? index.slice(0, -OTHER_NAME.length) : `${index}${OTHER_NAME}`

/** Makes the table beside a live one, empty, with all indexes. Call in a transaction. */
export const createBeside = (db: SqliteConnection, table: string): void => {
  for (const { type, name, sql } of definitionsOf(db, table)) {
    db.exec(
      type === 'table'
        ? sql.replace(CREATE_TABLE, `$1${freshName(table)}`)
        : sql.replace(CREATE_INDEX, `$1${otherName(name)}$3${freshName(table)}`),
    )
  }
}

/** Lets the table beside take the live one's place. Call in a transaction, for all tables that belong together. */
export const swapIn = (db: SqliteConnection, table: string): void => {
  db.exec(`alter table ${table} rename to ${retiredName(table)}`)
  db.exec(`alter table ${freshName(table)} rename to ${table}`)
}

/** Gives every index its plain name back, and removes what is left of tables beside: migrations know neither. */
export const tidy = (db: SqliteConnection): void => {
  const leftovers = db
    .prepare(
      `select name from sqlite_schema where type = 'table' and (name like 'fresh\\_%' escape '\\' or name like 'retired\\_%' escape '\\')`,
    )
    .pluck()
    .all() as string[]
  for (const table of leftovers) db.exec(`drop table ${table}`)
  const indexes = db
    .prepare(`select name, sql from sqlite_schema where type = 'index' and name like ?`)
    .all(`%${OTHER_NAME}`) as { name: string; sql: string }[]
  for (const { name, sql } of indexes) {
    db.exec(`drop index ${name}`)
    db.exec(sql.replace(CREATE_INDEX, `$1${otherName(name)}$3$4`))
  }
}
