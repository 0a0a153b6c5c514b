import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Settings } from './config.ts'
import { repeatPurge } from './domain/invites/repeat-purge.ts'
import { repeatErasure } from './domain/users/repeat-erasure.ts'
import { type Foundation, openFoundation } from './foundation.ts'
import { copyDatabase, headOf, removeDatabase, type Watched } from './infrastructure/backup/backup.ts'
import { type Erasure, erasuresAfter } from './infrastructure/backup/erasures.ts'
import { mustBeIdle, replaceDatabase } from './infrastructure/database/aside.ts'
import { migrationStatus, sqliteMigrations } from './infrastructure/database/migrations.ts'
import { openReader, type SqliteConnection, sqliteReader } from './infrastructure/database/sqlite.ts'
import { readBy } from './infrastructure/database/work.ts'
import { SetupProblem } from './infrastructure/errors.ts'
import { ownSealKeys } from './infrastructure/history/seal-keys.ts'
import { sqliteSource } from './infrastructure/history/sqlite-source.ts'
import { verifyHistory } from './infrastructure/history/verify.ts'
import { loadRootSecrets, parseRootSecrets } from './infrastructure/vault/root-secret.ts'

export type RestoreStage = 'verifying' | 'copying' | 'forgetting'

export type RestoreWish = {
  readonly file: string
  /** Whether a database that is there already gives way; it is kept aside. */
  readonly replace: boolean
  /** Who has been forgotten since; null for whoever the replaced database says. */
  readonly erasures: readonly Erasure[] | null
  /** Seals kept elsewhere, which the backup has to cover. */
  readonly seals: readonly string[]
  readonly interrupted?: () => boolean
  readonly progress?: (stage: RestoreStage, done: number, of: number) => void
}

export type Restored = {
  /** Of the backup. */
  readonly head: number
  /** People and invites that were forgotten once more. */
  readonly forgotten: number
  /** Where the replaced database is; null if there was none. */
  readonly aside: string | null
  /** Whether anything was there to tell who has been forgotten since. */
  readonly knewErasures: boolean
}

const MAX_SAID = 10

/** What SQLite can't read is damage; anything else is what it is. */
const asDamage = (file: string, error: unknown): unknown =>
  error instanceof Database.SqliteError
    ? new SetupProblem(`${file} is no backup of Latchkey, or damaged (${error.code}).`, { cause: error })
    : error

const openBackup = (file: string): SqliteConnection => {
  if (!existsSync(file)) throw new SetupProblem(`There is no file ${file}.`)
  const db = openReader(file)
  try {
    if (!db.prepare(`select 1 from sqlite_schema where name = 'migrations'`).get()) {
      throw new SetupProblem(`${file} is no backup of Latchkey.`)
    }
    migrationStatus(db, sqliteMigrations())
    return db
  } catch (error) {
    db.close()
    throw asDamage(file, error)
  }
}

/** Throws if anything is wrong with the backup: as a file, or as the history that its seals speak of. */
const verify = async (db: SqliteConnection, settings: Settings, wish: RestoreWish): Promise<void> => {
  const complaints = db.pragma(`integrity_check(${MAX_SAID})`) as { integrity_check: string }[]
  const damage = complaints.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  if (damage.length > 0) throw new SetupProblem(`${wish.file} is damaged:\n${damage.join('\n')}`)
  const roots = settings.secret
    ? parseRootSecrets(settings.secret, 'SECRET')
    : loadRootSecrets(settings.secretFile, false)
  const { findings } = await verifyHistory(await sqliteSource(db), {
    anchors: await readBy(sqliteReader(db), ownSealKeys(roots)),
    kept: wish.seals,
    progress: (events, sealed) => wish.progress?.('verifying', events, sealed),
  })
  if (findings.length === 0) return
  const lines = findings
    .slice(0, MAX_SAID)
    .map(({ kind, position, detail }) => `${kind} ${position ?? '-'} ${detail}`)
  throw new SetupProblem(`The history in ${wish.file} is not what was sealed:\n${lines.join('\n')}`)
}

/** Who was forgotten in the database that is replaced, after the moment of the backup. */
const laterErasures = (databaseFile: string, backup: SqliteConnection): readonly Erasure[] => {
  const head = headOf(backup)
  const stored = 'select bytes from events where position = ?'
  try {
    const live = openReader(databaseFile)
    try {
      const isContinued = live.prepare(stored).pluck().get(head) === backup.prepare(stored).pluck().get(head)
      return erasuresAfter(live, isContinued ? head : 0)
    } finally {
      live.close()
    }
  } catch (error) {
    throw new SetupProblem(
      `${databaseFile} can't tell who has been forgotten since the backup. Say so: --erasures FILE, or --no-erasures.`,
      { cause: error },
    )
  }
}

/** Forgets once more; answers how many were there to be forgotten. */
export const repeatErasures = async (
  floor: Foundation,
  erasures: readonly Erasure[],
  { interrupted, progress }: Watched = {},
): Promise<number> => {
  const by = { actor: 'operator', correlation: floor.ids() } as const
  let forgotten = 0
  for (const [index, erasure] of erasures.entries()) {
    if (interrupted?.()) break
    const outcome =
      erasure.type === 'UserErased'
        ? await floor.execute(repeatErasure, erasure.data, by)
        : await floor.execute(repeatPurge, erasure.data, by)
    if (outcome.outcome === 'refused') throw new Error(`an erasure was refused: ${outcome.refusal.code}`)
    if (outcome.events.length > 0) forgotten++
    progress?.(index + 1, erasures.length)
  }
  return forgotten
}

const forgetIn = async (
  draft: string,
  settings: Settings,
  erasures: readonly Erasure[],
  wish: RestoreWish,
) => {
  const floor = await openFoundation({ ...settings, databaseFile: draft, createSecret: false })
  try {
    return await repeatErasures(floor, erasures, {
      interrupted: wish.interrupted,
      progress: (done, of) => wish.progress?.('forgetting', done, of),
    })
  } finally {
    await floor.close()
  }
}

/**
 * Puts a backup in the place of the database: verified first, brought to this version, and with everybody forgotten
 * once more who has been forgotten since. Nothing is touched before all of that is done. Null if interrupted.
 */
export const restore = async (settings: Settings, wish: RestoreWish): Promise<Restored | null> => {
  const { databaseFile } = settings
  const isReplacing = existsSync(databaseFile)
  if (isReplacing && !wish.replace) {
    throw new SetupProblem(`There is a database at ${databaseFile}. With --replace it is kept aside.`)
  }
  if (isReplacing) mustBeIdle(databaseFile)
  const backup = openBackup(wish.file)
  const draft = `${databaseFile}.${process.pid}.restoring`
  try {
    await verify(backup, settings, wish).catch((error: unknown) => {
      throw asDamage(wish.file, error)
    })
    const head = headOf(backup)
    const erasures = wish.erasures ?? (isReplacing ? laterErasures(databaseFile, backup) : [])
    mkdirSync(dirname(databaseFile), { recursive: true, mode: 0o700 })
    const copied = await copyDatabase(wish.file, draft, {
      interrupted: wish.interrupted,
      progress: (done, of) => wish.progress?.('copying', done, of),
    })
    if (!copied) return null
    const forgotten = await forgetIn(draft, settings, erasures, wish)
    if (wish.interrupted?.()) return null
    const knewErasures = isReplacing || wish.erasures !== null
    if (!isReplacing) {
      renameSync(draft, databaseFile)
      return { head, forgotten, aside: null, knewErasures }
    }
    const aside = `${databaseFile}.replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    replaceDatabase(databaseFile, draft, aside)
    return { head, forgotten, aside, knewErasures }
  } finally {
    backup.close()
    removeDatabase(draft)
  }
}
