import { HASH_BYTES } from './merkle.ts'
import { TILE_WIDTH, type Tile, tilePath } from './tiles.ts'

/** What an export consists of besides its tiles; one event, seal or key a line. */
export const FILES = {
  events: 'events.ndjson',
  seals: 'seals.ndjson',
  keys: 'keys.ndjson',
  checkpoint: 'checkpoint',
  verifier: 'verify.mjs',
  readme: 'README.md',
} as const

/** How many hashes a tile has in a tree of `size`: none if it is not there at all. */
export const tileWidth = (size: number, level: number, number: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - number * TILE_WIDTH))

/** Every tile of a tree of `size`, lowest level first. */
export function* tilesOf(
  size: number,
): Generator<{ level: number; number: number; width: number; path: string }> {
  for (let level = 0; tileWidth(size, level, 0) > 0; level++) {
    for (let number = 0; ; number++) {
      const width = tileWidth(size, level, number)
      if (width === 0) break
      const tile: Tile = { level, index: number, hashes: Buffer.alloc(width * HASH_BYTES) }
      yield { level, number, width, path: tilePath(tile) }
    }
  }
}
