import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Parameter, Reader } from '../../projections/projection.ts'
import { SetupProblem } from '../errors.ts'
import { outward } from './sqlite-errors.ts'
import type { Dialect, Result, Work } from './work.ts'

export type SqliteConnection = Database.Database

const OPEN_TIMEOUT_MS = 5000
const OPEN_RETRY_MS = 5
const FULL = 2
const CACHE_KIB = 65_536
/** 32 MB of log before it is folded back into the file: a page that many commits touch is then copied once, not each time. */
const CHECKPOINT_PAGES = 8000

const explain = (file: string, error: unknown): never => {
  const code = error instanceof Database.SqliteError ? error.code : (error as NodeJS.ErrnoException).code
  const hints: Record<string, string> = {
    SQLITE_NOTADB: 'is not a SQLite database. Move it away, or point DATABASE_URL at another file.',
    SQLITE_CORRUPT: 'is damaged. Restore a backup: latchkey restore FILE.',
    SQLITE_CANTOPEN: 'cannot be opened. Check that the folder exists and that you may write to it.',
    SQLITE_READONLY: 'is read-only. Give this user the right to write to the file and its folder.',
    SQLITE_READONLY_DIRECTORY: 'lies in a read-only folder. SQLite needs to create its log beside it.',
    SQLITE_BUSY: 'is locked by another program. End it, or wait, then start again.',
    EACCES: 'may not be opened by this user. Check the rights of the file and its folder.',
    EROFS: 'lies on a read-only disk.',
    ENOTDIR: 'lies below something that is not a folder. Check DATABASE_URL.',
  }
  const hint = code === undefined ? undefined : hints[code]
  if (!hint) throw error
  throw new SetupProblem(`The database ${file} ${hint}`, { cause: error })
}

/** A program that starts at the same moment may be at it too, and SQLite itself does not wait where it changes the journal. */
const switchToWal = (db: SqliteConnection): void => {
  const deadline = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!busy || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_RETRY_MS)
    }
  }
}

/**
 * Opens the file for writing, with every setting that durability and forgetting rest on; then reads them back.
 * better-sqlite3 is built with `synchronous=NORMAL` for WAL, which loses acknowledged commits at a power cut.
 */
export const openWriter = (file: string): SqliteConnection => {
  try {
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const db = new Database(file, { timeout: OPEN_TIMEOUT_MS })
    if (file !== ':memory:') chmodSync(file, 0o600)
    switchToWal(db)
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('secure_delete = ON')
    db.pragma(`cache_size = -${CACHE_KIB}`)
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    if (db.pragma('synchronous', { simple: true }) !== FULL) {
      throw new SetupProblem(
        'SQLite did not accept synchronous=FULL; without it acknowledged commits can be lost.',
      )
    }
    if (file !== ':memory:' && db.pragma('journal_mode', { simple: true }) !== 'wal') {
      throw new SetupProblem(
        `SQLite cannot keep a write-ahead log for ${file}; network disks are not supported.`,
      )
    }
    return db
  } catch (error) {
    return explain(file, error)
  }
}

/** A second connection that can't write: pages and the API read through it while commits go on. */
export const openReader = (file: string): SqliteConnection => {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: OPEN_TIMEOUT_MS })
    db.pragma('trusted_schema = OFF')
    db.pragma('query_only = ON')
    return db
  } catch (error) {
    return explain(file, error)
  }
}

/** Prepared statements by their text, each prepared once a connection. */
export const statementsOf = (db: SqliteConnection): ((sql: string) => Database.Statement) => {
  const prepared = new Map<string, Database.Statement>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
}

const named = (params: readonly Parameter[]): Record<string, Parameter> => {
  const bound: Record<string, Parameter> = {}
  for (let i = 0; i < params.length; i++) bound[i + 1] = params[i] ?? null
  return bound
}

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  field: (name) => `json_extract(bytes, '$.${name}')`,
  isOneOf: (parameter) => `in (select value from json_each(${parameter}))`,
}

/** Carries out work on a connection, in whatever transaction that is in. */
export const carrierOn = (db: SqliteConnection): (<T>(work: Work<T>) => T) => {
  const statement = statementsOf(db)
  const answer = (sql: string, params: readonly Parameter[]): Result => {
    const prepared = statement(sql)
    if (prepared.reader) {
      const rows = params.length > 0 ? prepared.all(named(params)) : prepared.all()
      return { rows, changes: rows.length }
    }
    const { changes } = params.length > 0 ? prepared.run(named(params)) : prepared.run()
    return { rows: [], changes }
  }
  return <T>(work: Work<T>): T => {
    let step = work.next()
    while (!step.done) step = work.next(answer(step.value.sql, step.value.params))
    return step.value
  }
}

/**
 * Asked once a turn of the event loop. That is often enough: requests are read in one phase of the turn and commits
 * of this process done in the next, so whoever has been told of a commit asks in a later turn.
 */
const versionOf = (db: SqliteConnection): (() => number) => {
  const select = db.prepare('pragma data_version').pluck()
  let known: number | null = null
  const forget = () => {
    known = null
  }
  return () => {
    if (known === null) {
      known = select.get() as number
      setImmediate(forget)
    }
    return known
  }
}

/** The read side's port over a connection: `$1 … $n` are bound by name, as better-sqlite3 wants it. */
export const sqliteReader = (db: SqliteConnection): Reader => {
  const statement = statementsOf(db)
  const asked = async <T>(ask: () => unknown): Promise<T> => {
    try {
      return ask() as T
    } catch (error) {
      throw outward(error)
    }
  }
  return {
    // SQLite counts the commits of other connections: to one that only reads, all there are.
    version: db.readonly ? versionOf(db) : undefined,
    all: <R>(sql: string, params: readonly Parameter[] = []) =>
      asked<R[]>(() => (params.length ? statement(sql).all(named(params)) : statement(sql).all())),
    get: <R>(sql: string, params: readonly Parameter[] = []) =>
      asked<R | undefined>(() => (params.length ? statement(sql).get(named(params)) : statement(sql).get())),
  }
}
