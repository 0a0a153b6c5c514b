import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import canonicalize from 'canonicalize'
import { expect } from 'vitest'
import { carrierOn, sqliteReader } from '../../src/infrastructure/database/sqlite.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { exportHistory } from '../../src/infrastructure/history/export-history.ts'
import { exportSource } from '../../src/infrastructure/history/export-source.ts'
import { readVerifier, type Verifier } from '../../src/infrastructure/history/note.ts'
import { ownSealKeys, sealKeyRows } from '../../src/infrastructure/history/seal-keys.ts'
import { Sealer } from '../../src/infrastructure/history/sealer.ts'
import { sqliteSource } from '../../src/infrastructure/history/sqlite-source.ts'
import { type Report, verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { parseRootSecrets } from '../../src/infrastructure/vault/root-secret.ts'

const roots = parseRootSecrets('a root secret that is only good for tests', 'a test')
const AT = '2026-03-01T09:00:00.000Z'

const migration = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'migrations', 'sqlite', `${name}.up.sql`), 'utf8')

/** An event as it would be stored; `salt` makes another one of the same place. */
export const storedEvent = (position: number, salt = ''): string =>
  canonicalize({
    position,
    id: `01J${String(position).padStart(23, '0')}`,
    at: AT,
    actor: 'operator',
    causation: null,
    correlation: `01K${String(position).padStart(23, '0')}`,
    type: position % 3 === 0 ? 'InviteIssued' : 'UserRegistered',
    version: 1,
    data: { userId: `01M${position}${salt}`, personal: 'x'.repeat(20 + (position % 7) * 9) },
  }) as string

const append = (db: Database.Database, from: number, to: number) => {
  const insert = db.prepare('insert into events values (?, ?, ?)')
  db.transaction(() => {
    for (let position = from; position <= to; position++) {
      insert.run(position, position % 3 === 0 ? 'InviteIssued' : 'UserRegistered', storedEvent(position))
    }
  })()
}

/** Seals what is there, or only the first so many events. */
export const sealerOn = (db: Database.Database, size = Number.MAX_SAFE_INTEGER) =>
  new Sealer({
    database: {
      reader: sqliteReader(db),
      exclusively: async (_name, work) => db.transaction(() => carrierOn(db)(work()))(),
    },
    store: {
      head: async () =>
        Math.min(size, Number(db.prepare('select max(position) from events').pluck().get() ?? 0)),
      async *readStored({ after = 0, until = Number.MAX_SAFE_INTEGER } = {}) {
        const rows = db.prepare(
          'select position, type, bytes from events where position > ? and position <= ? order by position',
        )
        yield* rows.all(after, until) as { position: number; type: string; bytes: string }[]
      },
    },
    roots,
    origin: 'id.example.org',
    clock: () => AT,
    everyEvents: 1000,
    everyMs: 60_000,
    log: { info: () => {}, error: () => {} },
  })

export const readStored = (db: Database.Database) => ({
  async *readStored({ until = 0 } = {}) {
    for (const row of db
      .prepare('select position, type, bytes from events where position <= ? order by position')
      .iterate(until)) {
      yield row as { position: number; type: string; bytes: string }
    }
  },
})

/** A database with a history sealed at these sizes, and nothing else in it. */
export const sealedDatabase = async (file: string, sizes: readonly number[], pageSize = 4096) => {
  const db = new Database(file)
  db.pragma(`page_size = ${pageSize}`)
  for (const name of ['0001_history', '0002_vault', '0010_seals']) db.exec(migration(name))
  let head = 0
  const kept: string[] = []
  for (const size of sizes) {
    append(db, head + 1, size)
    head = size
    kept.push((await sealerOn(db).seal())?.note ?? '')
  }
  return { db, kept, last: kept.at(-1) ?? '' }
}

export const anchorOf = async (db: Database.Database): Promise<Verifier> => {
  const [first] = await readBy(sqliteReader(db), sealKeyRows())
  const key = readVerifier(first?.key ?? '')
  if (!key) throw new Error('there is no key')
  return key
}

/** Event by event, and by tiles that are looked at beside: both must say the same. */
export const verifyDatabase = async (
  db: Database.Database,
  kept: readonly string[] = [],
  anchors?: readonly Verifier[],
): Promise<Report> => {
  const options = { anchors: anchors ?? (await readBy(sqliteReader(db), ownSealKeys(roots))), kept }
  const report = await verifyHistory(await sqliteSource(db), options)
  expect(await verifyHistory(await sqliteSource(db, { fewTiles: 1 }), options)).toStrictEqual(report)
  return report
}

export const verifyFolder = (folder: string, anchor: Verifier, kept: readonly string[] = []) =>
  verifyHistory(exportSource(folder), { anchors: [anchor], kept })

export const exportOf = (db: Database.Database, folder: string) =>
  exportHistory(folder, { store: readStored(db), reader: sqliteReader(db) })

export const VERIFIER = join(
  import.meta.dirname,
  '..',
  '..',
  'src/infrastructure/history/verifier/verify.mjs',
)

/** What the verifier that is shipped with an export says, as `KIND POSITION` each. */
export const runVerifier = (args: readonly string[]): { status: number | null; said: string[] } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFIER, ...args], { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return { status, said: stdout.trim().split('\n') }
}

/** Findings as `KIND POSITION`. */
export const briefly = ({ findings }: Pick<Report, 'findings'>): string[] =>
  findings.map(({ kind, position }) => `${kind} ${position ?? '-'}`)

/** Somebody who can write to the file, and does not care for triggers. */
export const dropTriggers = (db: Database.Database) => {
  for (const name of db.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all()) {
    db.exec(`drop trigger ${String(name)}`)
  }
}
