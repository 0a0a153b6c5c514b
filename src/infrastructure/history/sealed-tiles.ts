import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { SqliteConnection } from '../database/sqlite.ts'
import { ownPosition } from './envelope.ts'
import { HASH_BYTES, leafHash } from './merkle.ts'
import type { SourceRow } from './source.ts'
import { TILE_WIDTH, tileRoot } from './tiles.ts'

/** Tiles that a thread looks at in one go. */
export type TileRange = { readonly file: string; readonly from: number; readonly to: number }

const RANGE = 16
const MOST_THREADS = 4

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './sealed-tiles.worker.ts' : './sealed-tiles.worker.js',
  import.meta.url,
).href

/**
 * The root of a tile, if each event that stands where the tile has its hash is the one that was sealed there, and its
 * row says the same of it as it says itself. Null if anything is odd: then it takes a closer look.
 */
export const rootIfAsSealed = (
  number: number,
  tile: Buffer | null,
  rows: readonly SourceRow[],
): Uint8Array | null => {
  if (tile?.length !== TILE_WIDTH * HASH_BYTES || rows.length !== TILE_WIDTH) return null
  const first = number * TILE_WIDTH + 1
  for (const [n, row] of rows.entries()) {
    if (row.position !== first + n || ownPosition(row) !== row.position) return null
    const at = n * HASH_BYTES
    if (tile.compare(leafHash(row.bytes), 0, HASH_BYTES, at, at + HASH_BYTES) !== 0) return null
  }
  return tileRoot(tile)
}

/** Looks at a range of tiles on a connection of the thread's own. */
export const tileReader = (db: SqliteConnection) => {
  const tile = db.prepare('select hashes from tiles where level = 0 and number = ?').pluck()
  const rows = db.prepare(
    `select position, type, coalesce(cast(bytes as blob), x'') as bytes from events
     where position > ? and position <= ? order by position`,
  )
  return ({ from, to }: Pick<TileRange, 'from' | 'to'>): (Uint8Array | null)[] => {
    const roots: (Uint8Array | null)[] = []
    for (let number = from; number < to; number++) {
      const hashes = tile.get(number) as Buffer | null | undefined
      const events = rows.all(number * TILE_WIDTH, (number + 1) * TILE_WIDTH) as SourceRow[]
      roots.push(rootIfAsSealed(number, hashes ?? null, events))
    }
    return roots
  }
}

type LookedAt = { readonly number: number; readonly root: Buffer | null }
type Look = (from: number, to: number) => Promise<(Uint8Array | null)[]>

async function* inOrder(tiles: number, atOnce: number, look: Look): AsyncIterable<LookedAt> {
  const ahead: { readonly from: number; readonly roots: ReturnType<Look> }[] = []
  let next = 0
  const order = (): void => {
    const from = next
    next = Math.min(from + RANGE, tiles)
    const nothing = Array<null>(next - from).fill(null)
    ahead.push({ from, roots: look(from, next).catch(() => nothing) })
  }
  while (next < tiles && ahead.length < atOnce) order()
  for (let range = ahead.shift(); range; range = ahead.shift()) {
    const roots = await range.roots
    if (next < tiles) order()
    for (const [n, root] of roots.entries()) yield { number: range.from + n, root: root && Buffer.from(root) }
  }
}

/**
 * The first so many full tiles of a history in their order, looked at by threads of their own, so that hashing has all
 * processors. Tiles with anything odd, or that can't be read, come without a root.
 */
export async function* lookedAt(db: SqliteConnection, tiles: number): AsyncIterable<LookedAt> {
  if (db.memory) {
    const look = tileReader(db)
    yield* inOrder(tiles, 1, async (from, to) => look({ from, to }))
    return
  }
  const threads = Math.min(MOST_THREADS, availableParallelism())
  const pool = new Piscina<TileRange, (Uint8Array | null)[]>({ filename: workerFile, maxThreads: threads })
  try {
    yield* inOrder(tiles, 2 * threads, (from, to) => pool.run({ file: db.name, from, to }))
  } finally {
    await pool.destroy()
  }
}
