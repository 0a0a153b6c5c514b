import type { Socket } from 'node:net'
import pg from 'pg'
import type { Parameter, Reader } from '../../projections/projection.ts'
import { SetupProblem } from '../errors.ts'
import { isLost, isReadOnly, outward } from './postgres-errors.ts'
import { Servers, ServersPool } from './postgres-servers.ts'
import type { Dialect, Result, Work } from './work.ts'

export type Pool = pg.Pool
export type Client = pg.PoolClient

const BIGINT = 20
const NUMERIC = 1700

/** Counts and positions come as numbers; one that a number can't hold is a bug, and thrown. */
const toNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new Error(`${text} is no safe integer`)
  return number
}
const parsers: Readonly<Record<number, (text: string) => unknown>> = { [BIGINT]: toNumber, [NUMERIC]: Number }
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : parsers[oid]) ?? pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig

const CONNECT_MS = 5000
const STATEMENT_MS = 10_000
/** A server that says nothing (its machine stopped, a cable) is given up a little later than it would give up itself. */
const SILENCE_MS = STATEMENT_MS + 2000
const LOCK_MS = 5000
/** A process that stopped in the middle of a transaction must not keep others from writing. */
const IDLE_IN_TRANSACTION_MS = 10_000

const WAITS = {
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  query_timeout: SILENCE_MS,
} as const

export type PoolOptions = {
  /** `postgres://user@host/database`; of several hosts with commas between them, whichever takes writes. */
  readonly url: string
  readonly max: number
  readonly name: string
  readonly readOnly?: boolean
  /** For what may take as long as it takes: migrations, looking at everything. */
  readonly patient?: boolean
  /** Shared by all that goes to the same servers. */
  readonly servers?: Servers
}

/** Connections that send statements one after the other without waiting for answers in between (pipelining). */
export const openPool = ({
  url,
  max,
  name,
  readOnly = false,
  patient = false,
  servers = new Servers(url),
}: PoolOptions): Pool => {
  const pool = new ServersPool(servers, readOnly, {
    max,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ...(patient ? {} : WAITS),
    pipeline: true,
    types,
    ...(readOnly ? { options: '-c default_transaction_read_only=on' } : {}),
  } as pg.PoolConfig)
  pool.on('error', () => {}) // an idle connection was lost: the next query opens another
  return pool
}

/** PostgreSQL keeps no NUL in a text; whoever asks for one finds nothing, as they would anywhere else. */
const textual = (value: Parameter): Parameter =>
  typeof value === 'string' && value.includes('\u0000') ? value.replaceAll('\u0000', '\ufffd') : value

const names = new Map<string, string>()

/** Texts that are asked again and again are prepared once a connection. */
const nameOf = (sql: string): string => {
  const known = names.get(sql)
  if (known !== undefined) return known
  const name = `s${names.size}`
  names.set(sql, name)
  return name
}

type Queryable = Pick<pg.ClientBase, 'query'>

/** Carries out one prepared statement. */
export const carried = (on: Queryable, sql: string, params: readonly Parameter[] = []) =>
  on.query({ name: nameOf(sql), text: sql, values: params.map(textual) })

/** Sends several statements by one call to the system instead of one each. */
export const inOneGo = <T>(client: Client, send: () => readonly Promise<T>[]): readonly Promise<T>[] => {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.cork()
  try {
    return send()
  } finally {
    stream.uncork()
  }
}

/** The rows that a prepared statement answers. */
export const ask = async <R>(on: Queryable, sql: string, params: readonly Parameter[] = []): Promise<R[]> =>
  (await carried(on, sql, params)).rows as R[]

const answer = async (on: Queryable, sql: string, params: readonly Parameter[]): Promise<Result> => {
  const { rows, rowCount } = await carried(on, sql, params)
  return { rows: rows as unknown[], changes: rowCount ?? 0 }
}

/** Carries out work on a connection, in whatever transaction that is in. */
export const carryOut = async <T>(on: Queryable, work: Work<T>): Promise<T> => {
  let step = work.next()
  while (!step.done) {
    let result: Result
    try {
      result = await answer(on, step.value.sql, step.value.params)
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next(result)
  }
  return step.value
}

export const postgresDialect: Dialect = {
  name: 'postgres',
  field: (name) => (name === 'at' ? `((bytes::json ->> 'at') collate "C")` : name),
  isOneOf: (parameter) => `= any(array(select json_array_elements_text(${parameter}::json)))`,
}

/** The read side's port over a pool. */
export const postgresReader = (pool: Queryable, version?: () => number | undefined): Reader => {
  const all = async <R>(sql: string, params: readonly Parameter[] = []): Promise<R[]> => {
    try {
      return await ask<R>(pool, sql, params)
    } catch (error) {
      throw outward(error)
    }
  }
  return {
    all,
    get: async <R>(sql: string, params: readonly Parameter[] = []) => (await all<R>(sql, params))[0],
    version,
  }
}

/** After an error; answers why the connection is of no more use, if it is not. */
export const rolledBack = async (client: Client, error: unknown): Promise<Error | undefined> => {
  if (error instanceof Error && (isLost(error) || isReadOnly(error))) return error
  return client.query('rollback').then(
    () => undefined,
    (lost: Error) => lost,
  )
}

/** Ends what `begin` began, and gives the connection back; one that is broken is thrown away. */
export const inTransaction = async <T>(
  pool: Pool,
  begin: string,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    broken = await rolledBack(client, error)
    throw error
  } finally {
    client.release(broken)
  }
}

const MINIMUM = 140_000

/**
 * Checks what durability rests on. Throws SetupProblem with what to do; a server that can't be reached is one as well:
 * at start somebody is there to read it.
 */
export const checkServer = async (pool: Pool, unsafe: boolean): Promise<void> => {
  const rows = await ask<{ name: string; setting: string }>(
    pool,
    `select name, setting from pg_settings
     where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version_num', 'server_encoding')`,
  ).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new SetupProblem(
      `PostgreSQL cannot be reached: ${why}. Check DATABASE_URL and that the server runs.`,
      {
        cause: error,
      },
    )
  })
  const setting = (name: string) => rows.find((row) => row.name === name)?.setting ?? ''
  if (Number(setting('server_version_num')) < MINIMUM) {
    throw new SetupProblem('PostgreSQL 14 or later is needed.')
  }
  if (setting('server_encoding') !== 'UTF8') {
    throw new SetupProblem(
      'The database is not encoded in UTF8. Create it with: create database … encoding utf8.',
    )
  }
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => setting(name) === 'off')
  if (off.length > 0 && !unsafe) {
    throw new SetupProblem(
      `PostgreSQL runs with ${off.map((name) => `${name}=off`).join(', ')}: acknowledged commits could be lost. Turn it on.`,
    )
  }
}
