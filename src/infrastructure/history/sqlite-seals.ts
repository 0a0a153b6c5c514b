import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { Tile } from './tiles.ts'

export type SealRow = { readonly size: number; readonly note: string; readonly sealedAt: string }

const COLUMNS = 'size, note, sealed_at as sealedAt'

/** Reads what has been sealed. */
export const sqliteSeals = (db: SqliteConnection) => {
  const statement = statementsOf(db)
  return {
    readTile: async (level: number, number: number): Promise<Buffer | null> => {
      const hashes = statement('select cast(hashes as blob) from tiles where level = ? and number = ?')
        .pluck()
        .get(level, number)
      return (hashes as Buffer | undefined) ?? null
    },
    last: (): SealRow | null =>
      (statement(`select ${COLUMNS} from seals order by size desc limit 1`).get() as SealRow | undefined) ??
      null,
    /** The first seal over at least so many events. */
    covering: (size: number): SealRow | null =>
      (statement(`select ${COLUMNS} from seals where size >= ? order by size limit 1`).get(size) as
        | SealRow
        | undefined) ?? null,
    bySize: (size: number): SealRow | null =>
      (statement(`select ${COLUMNS} from seals where size = ?`).get(size) as SealRow | undefined) ?? null,
    /** Newest first, those over less than `before` events. */
    list: (limit: number, before = Number.MAX_SAFE_INTEGER): SealRow[] =>
      statement(`select ${COLUMNS} from seals where size < ? order by size desc limit ?`).all(
        before,
        limit,
      ) as SealRow[],
    /** Oldest first, a page at a time. */
    after: (size: number, limit: number): SealRow[] =>
      statement(`select ${COLUMNS} from seals where size > ? order by size limit ?`).all(
        size,
        limit,
      ) as SealRow[],
  }
}

/** Writes a seal and the tiles it stands on; inside a transaction. */
export const keepSeal = (db: SqliteConnection, tiles: readonly Tile[], seal: SealRow): void => {
  const keep = db.prepare(
    `insert into tiles values (?, ?, ?)
     on conflict (level, number) do update set hashes = excluded.hashes where hashes <> excluded.hashes`,
  )
  for (const { level, index, hashes } of tiles) keep.run(level, index, hashes)
  db.prepare('insert into seals values (?, ?, ?)').run(seal.size, seal.note, seal.sealedAt)
}
