import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mustBeIdle, replaceDatabase } from '../../../src/infrastructure/database/aside.ts'
import { openReader, openWriter } from '../../../src/infrastructure/database/sqlite.ts'
import { SetupProblem } from '../../../src/infrastructure/errors.ts'
import { temporaryFolder } from '../../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => {
  vi.restoreAllMocks()
  remove()
})

const file = (name = 'a.db') => join(folder, name)
const problem = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return error instanceof SetupProblem ? error.message : `no problem of an operator: ${String(error)}`
  }
  return 'none'
}
/** A database with one row in it. */
const written = (name = 'a.db', text = name) => {
  const db = openWriter(file(name))
  db.exec(`create table t (x text); insert into t values ('${text}')`)
  db.close()
}
const readFrom = (name: string) => {
  const db = openReader(file(name))
  try {
    return db.prepare('select x from t').pluck().get()
  } finally {
    db.close()
  }
}

describe('a file that can’t be opened says what to do', () => {
  test('it is no database', () => {
    writeFileSync(file(), 'Dear diary, '.repeat(100))
    const told = `The database ${file()} is not a SQLite database. Move it away, or point DATABASE_URL at another file.`
    expect(problem(() => openWriter(file()))).toBe(told)
  })
  test('it is not there for who only reads', () =>
    expect(problem(() => openReader(file()))).toBe(
      `The database ${file()} cannot be opened. Check that the folder exists and that you may write to it.`,
    ))
  test('it lies below something that is no folder', () => {
    writeFileSync(file('note'), '')
    expect(problem(() => openWriter(file('note/sub/a.db')))).toMatch(
      /lies below something that is not a folder/,
    )
  })
  test.each([
    ['SQLITE_CORRUPT', 'is damaged. Restore a backup: latchkey restore FILE.'],
    ['SQLITE_READONLY', 'is read-only. Give this user the right to write to the file and its folder.'],
  ])('SQLite says %s', (code, told) => {
    vi.spyOn(Database.prototype, 'pragma').mockImplementation(() => {
      throw new Database.SqliteError('its own words', code)
    })
    expect(problem(() => openWriter(file()))).toBe(`The database ${file()} ${told}`)
  })
  test('a lock that is never let go is told after a while', () => {
    const now = vi.spyOn(performance, 'now')
    now.mockReturnValueOnce(0).mockReturnValueOnce(5000).mockReturnValue(5001)
    const pragma = vi.spyOn(Database.prototype, 'pragma').mockImplementation(() => {
      throw new Database.SqliteError('its own words', 'SQLITE_BUSY')
    })
    expect(problem(() => openWriter(file()))).toMatch(/is locked by another program\. End it, or wait/)
    expect(pragma).toHaveBeenCalledTimes(2)
  })
  test('what nobody can mend is thrown as it is', () => {
    vi.spyOn(Database.prototype, 'pragma').mockImplementation(() => {
      throw new Error('a bug')
    })
    expect(() => openWriter(file())).toThrow('a bug')
    expect(() => openReader(file())).toThrow()
  })
})

describe('what durability rests on is read back', () => {
  const answering = (wanted: string, value: unknown) => {
    const pragma = Database.prototype.pragma
    vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (
      this: Database.Database,
      source: string,
      options?: Database.PragmaOptions,
    ) {
      return source === wanted ? value : pragma.call(this, source, options)
    })
  }
  test('a SQLite that keeps to its own idea of a commit is not worked with', () => {
    answering('synchronous', 1)
    expect(problem(() => openWriter(file()))).toBe(
      'SQLite did not accept synchronous=FULL; without it acknowledged commits can be lost.',
    )
  })
  test('nor is a disk that allows no log beside the file', () => {
    answering('journal_mode', 'delete')
    expect(problem(() => openWriter(file()))).toBe(
      `SQLite cannot keep a write-ahead log for ${file()}; network disks are not supported.`,
    )
  })
  test('the folder is made, and nobody else reads the file', () => {
    const db = openWriter(join(folder, 'made', 'a.db'))
    db.close()
    expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'made', 'a.db')).mode & 0o777).toBe(0o600)
  })
  test('a database in memory has neither file nor log, and that is fine', () => {
    const db = openWriter(':memory:')
    expect(db.pragma('journal_mode', { simple: true })).toBe('memory')
    db.close()
  })
})

describe('a database that takes the place of another', () => {
  test('finds it idle, and keeps it beside', () => {
    written('a.db')
    written('fresh.db')
    expect(problem(() => mustBeIdle(file()))).toBe('none')
    replaceDatabase(file(), file('fresh.db'), file('aside.db'))
    expect([readFrom('a.db'), readFrom('aside.db'), existsSync(file('fresh.db'))]).toStrictEqual([
      'fresh.db',
      'a.db',
      false,
    ])
  })
  test('does not while anybody has it open', () => {
    written('a.db')
    written('fresh.db')
    const user = openReader(file())
    user.prepare('select * from t').get()
    const told = `${file()} is in use. Stop the service and whatever else has it open, then try again.`
    expect(problem(() => mustBeIdle(file()))).toBe(told)
    expect(problem(() => replaceDatabase(file(), file('fresh.db'), file('aside.db')))).toBe(told)
    user.close()
    expect(readFrom('a.db')).toBe('a.db')
  })
  test('does so where the other is too damaged to be opened', () => {
    writeFileSync(file(), 'Dear diary, '.repeat(100))
    written('fresh.db')
    replaceDatabase(file(), file('fresh.db'), file('aside.db'))
    expect(readFrom('a.db')).toBe('fresh.db')
    expect(readFileSync(file('aside.db'), 'utf8')).toMatch(/^Dear diary/)
  })
  test('what is no database at all is an error of its own', () => {
    mkdirSync(file('a.db'))
    expect(problem(() => mustBeIdle(file()))).toMatch(/^no problem of an operator: SqliteError/)
  })
})
