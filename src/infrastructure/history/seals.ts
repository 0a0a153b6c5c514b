import type { Reader } from '../../projections/projection.ts'
import { first, run, type Work } from '../database/work.ts'
import type { Tile } from './tiles.ts'

export type SealRow = { readonly size: number; readonly note: string; readonly sealedAt: string }

const COLUMNS = 'size, note, sealed_at as "sealedAt"'
const LAST = `select ${COLUMNS} from seals order by size desc limit 1`

/** Reads what has been sealed. */
export const openSeals = (reader: Reader) => ({
  readTile: async (level: number, number: number): Promise<Buffer | null> => {
    const sql = 'select hashes from tiles where level = $1 and number = $2'
    const row = await reader.get<{ hashes: Uint8Array | null }>(sql, [level, number])
    return row?.hashes ? Buffer.from(row.hashes) : null
  },
  last: async (): Promise<SealRow | null> => (await reader.get<SealRow>(LAST)) ?? null,
  /** The first seal over at least so many events. */
  covering: async (size: number): Promise<SealRow | null> =>
    (await reader.get<SealRow>(`select ${COLUMNS} from seals where size >= $1 order by size limit 1`, [
      size,
    ])) ?? null,
  bySize: async (size: number): Promise<SealRow | null> =>
    (await reader.get<SealRow>(`select ${COLUMNS} from seals where size = $1`, [size])) ?? null,
  /** Newest first, those over less than `before` events. */
  list: (limit: number, before = Number.MAX_SAFE_INTEGER): Promise<SealRow[]> =>
    reader.all<SealRow>(`select ${COLUMNS} from seals where size < $1 order by size desc limit $2`, [
      before,
      limit,
    ]),
  /** Oldest first, a page at a time. */
  after: (size: number, limit: number): Promise<SealRow[]> =>
    reader.all<SealRow>(`select ${COLUMNS} from seals where size > $1 order by size limit $2`, [size, limit]),
})

/** How many events are sealed, as the transaction sees it. */
export function* sealedSize(): Work<number> {
  return (yield* first<SealRow>(LAST))?.size ?? 0
}

/** Writes a seal and the tiles it stands on. */
export function* keepSeal(tiles: readonly Tile[], { size, note, sealedAt }: SealRow): Work<void> {
  for (const { level, index, hashes } of tiles) {
    yield* run(
      `insert into tiles (level, number, hashes) values ($1, $2, $3) on conflict (level, number)
       do update set hashes = excluded.hashes where tiles.hashes <> excluded.hashes`,
      [level, index, hashes],
    )
  }
  yield* run('insert into seals (size, note, sealed_at) values ($1, $2, $3)', [size, note, sealedAt])
}
