import { setImmediate } from 'node:timers/promises'
import { type SqliteConnection, sqliteReader } from '../database/sqlite.ts'
import { codeOf } from '../database/sqlite-errors.ts'
import { readBy } from '../database/work.ts'
import { integrityBeside } from './integrity.ts'
import { sealKeyRows } from './seal-keys.ts'
import { openSeals } from './seals.ts'
import type { HistorySource, SourceRow } from './source.ts'

const PAGE = 500

/** What SQLite can't read is a finding like any other; a bug of ours is not. */
const unlessDamaged = async <T>(
  complaints: string[],
  work: () => T | Promise<T>,
  otherwise: T,
): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error) || codeOf(error instanceof Error ? error.cause : null)
    if (code === '') throw error
    complaints.push(`the database can't be read: ${code}`)
    return otherwise
  }
}

/**
 * A history as it lies in the database. Bytes are read as they are, whatever SQLite would make of them as text. What
 * is appended and sealed meanwhile is left to the next time.
 */
export const sqliteSource = async (db: SqliteConnection): Promise<HistorySource> => {
  const complaints: string[] = []
  let beside: Promise<readonly string[]> | null = null
  const reader = sqliteReader(db)
  const { readTile, last, after } = openSeals(reader)
  const sealed = await unlessDamaged(complaints, async () => Number((await last())?.size ?? 0), 0)
  const head = await unlessDamaged(
    complaints,
    () => Number(db.prepare('select max(position) from events').pluck().get() ?? 0),
    0,
  )
  return {
    goesOn: true,
    sealed: async () => sealed,
    keys: () =>
      unlessDamaged(complaints, () => {
        const numbers = db.prepare('select generation from seal_keys order by generation').pluck().all()
        if (numbers.some((number, n) => number !== n + 1)) complaints.push('a key of seals is missing')
        return readBy(reader, sealKeyRows())
      }, []),
    readTile: (level, number) => unlessDamaged(complaints, () => readTile(level, number), null),
    async *rows() {
      beside = integrityBeside(db)
      beside.catch(() => {}) // said when it is asked for, below
      const page = db.prepare(
        `select position, type, coalesce(cast(bytes as blob), x'') as bytes from events
         where position > ? and position <= ? order by position limit ${PAGE}`,
      )
      for (let from = -Number.MAX_SAFE_INTEGER; ; ) {
        const rows = await unlessDamaged(complaints, () => page.all(from, head) as SourceRow[], [])
        if (rows.length > 0) yield rows
        if (rows.length < PAGE) return
        from = rows.at(-1)?.position ?? head
        await setImmediate()
      }
    },
    async *seals() {
      for (let from = 0; ; ) {
        const page = await unlessDamaged(complaints, () => after(from, PAGE), [])
        for (const { size, note } of page) if (size <= sealed) yield { size, note: String(note) }
        if (page.length < PAGE) return
        from = page.at(-1)?.size ?? sealed
      }
    },
    async complaints() {
      return [...complaints, ...((await beside) ?? [])]
    },
  }
}
