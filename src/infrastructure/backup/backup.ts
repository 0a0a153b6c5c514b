import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { openReader, type SqliteConnection } from '../database/sqlite.ts'
import { SetupProblem } from '../errors.ts'

/** Small enough that Ctrl-C is heard at once, large enough that turns of the event loop cost nothing. */
const PAGES_A_TURN = 2000

/** What a copy can be held against: a copy that has less than its printed head is stale. */
export type Held = { readonly head: number; readonly seal: string | null; readonly bytes: number }

export type Watched = {
  readonly interrupted?: (() => boolean) | undefined
  readonly progress?: ((done: number, of: number) => void) | undefined
}

class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Removes a database and what SQLite keeps beside it, if they are there. */
export const removeDatabase = (file: string) => {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${ending}`, { force: true })
}

const lastSeal = (db: SqliteConnection): string | null =>
  (db.prepare('select note from seals order by size desc limit 1').pluck().get() as string | undefined) ??
  null

const sync = (path: string) => {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

export const headOf = (db: SqliteConnection): number =>
  Number(db.prepare('select max(position) from events').pluck().get() ?? 0)

/**
 * Copies a database as it stands at one moment into a file that is there already, empty, and can be read by its owner
 * alone. The open reading transaction is that moment: without it every commit of another process would make SQLite
 * begin anew, and under load it would never end.
 */
const copyMoment = async (db: SqliteConnection, draft: string, { interrupted, progress }: Watched) => {
  db.exec('begin')
  try {
    headOf(db) // a transaction begins with its first reading
    await db.backup(draft, {
      progress({ totalPages, remainingPages }) {
        if (interrupted?.()) throw new Interrupted('interrupted')
        progress?.(totalPages - remainingPages, totalPages)
        return PAGES_A_TURN
      },
    })
  } finally {
    db.exec('rollback')
  }
}

/** Makes one file of it, with no log beside it; answers what is in it. */
const settle = (draft: string): Held => {
  const db = new Database(draft)
  try {
    db.pragma('journal_mode = delete')
    return { head: headOf(db), seal: lastSeal(db), bytes: statSync(draft).size }
  } finally {
    db.close()
  }
}

/** A copy under the name of a draft, synced; null if interrupted. Whatever goes wrong, no half of it stays. */
export const copyDatabase = async (
  from: string,
  draft: string,
  watched: Watched = {},
): Promise<Held | null> => {
  const db = openReader(from)
  try {
    writeFileSync(draft, '', { mode: 0o600, flag: 'wx' })
    await copyMoment(db, draft, watched)
    const held = settle(draft)
    sync(draft)
    return held
  } catch (error) {
    removeDatabase(draft)
    if (error instanceof Interrupted) return null
    throw error
  } finally {
    db.close()
  }
}

/** Copies the database while it is written to. The file appears under its name when it is whole; null if interrupted. */
export const backUp = async (
  databaseFile: string,
  file: string,
  watched: Watched = {},
): Promise<Held | null> => {
  const taken = () =>
    new SetupProblem(`${file} is there already. Name another file; backups replace nothing.`)
  if (existsSync(file)) throw taken()
  if (!existsSync(dirname(file))) throw new SetupProblem(`There is no folder ${dirname(file)}.`)
  const draft = `${file}.${process.pid}.part`
  try {
    const held = await copyDatabase(databaseFile, draft, watched)
    if (!held) return null
    linkSync(draft, file) // unlike renaming, it fails where somebody was faster
    sync(dirname(file))
    return held
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken()
    throw error
  } finally {
    removeDatabase(draft)
  }
}
