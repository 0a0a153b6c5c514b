import { setImmediate } from 'node:timers/promises'
import { type SqliteConnection, sqliteReader } from '../database/sqlite.ts'
import { codeOf } from '../database/sqlite-errors.ts'
import { readBy } from '../database/work.ts'
import { integrityBeside } from './integrity.ts'
import { sealKeyRows } from './seal-keys.ts'
import { lookedAt } from './sealed-tiles.ts'
import { openSeals } from './seals.ts'
import type { HistorySource, SealedTile, SourceRow } from './source.ts'
import { TILE_WIDTH } from './tiles.ts'

const PAGE = 500
const BEFORE_ALL = -Number.MAX_SAFE_INTEGER
/** For fewer tiles it is not worth while to start threads. */
const FEW_TILES = 64

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
export const sqliteSource = async (
  db: SqliteConnection,
  { fewTiles = FEW_TILES }: { readonly fewTiles?: number } = {},
): Promise<HistorySource> => {
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
  const lookBeside = (): void => {
    beside = integrityBeside(db)
    beside.catch(() => {}) // said when it is asked for, below
  }
  const page = db.prepare(
    `select position, type, coalesce(cast(bytes as blob), x'') as bytes from events
     where position > ? and position <= ? order by position limit ${PAGE}`,
  )
  async function* rowsBetween(after: number, until: number): AsyncIterable<readonly SourceRow[]> {
    for (let from = after; from < until; ) {
      const rows = await unlessDamaged(complaints, () => page.all(from, until) as SourceRow[], [])
      if (rows.length > 0) yield rows
      if (rows.length < PAGE) return
      from = rows.at(-1)?.position ?? until
      await setImmediate()
    }
  }
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
      lookBeside()
      yield* rowsBetween(BEFORE_ALL, head)
    },
    async *stretches() {
      lookBeside()
      const tiles = Math.floor(Math.min(sealed, head) / TILE_WIDTH)
      const full = tiles < fewTiles ? 0 : tiles
      yield* rowsBetween(BEFORE_ALL, 0)
      for await (const { number, root } of full > 0 ? lookedAt(db, full) : []) {
        if (root) yield { number, root } satisfies SealedTile
        else yield* rowsBetween(number * TILE_WIDTH, (number + 1) * TILE_WIDTH)
      }
      yield* rowsBetween(full * TILE_WIDTH, head)
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
