import { HASH_BYTES, joined, nodeHash, type Subtrees } from './merkle.ts'

/** Tiles of C2SP tlog-tiles: eight levels of the tree each, of which the lowest is kept; the rest follows from it. */
export const TILE_HEIGHT = 8
export const TILE_WIDTH = 2 ** TILE_HEIGHT

/** A tile holds `width` hashes of its level; full ones never change again. */
export type Tile = { readonly level: number; readonly index: number; readonly hashes: Buffer }

export const widthOf = ({ hashes }: Pick<Tile, 'hashes'>): number => hashes.length / HASH_BYTES

const hashesOf = (bytes: Buffer): Buffer[] => {
  const hashes: Buffer[] = []
  for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES))
  return hashes
}

/** `tile/LEVEL/INDEX`, the index in groups of three digits; a partial tile says its width behind. */
export const tilePath = ({ level, index, hashes }: Tile): string => {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join('/')
  const width = widthOf({ hashes })
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

const completeRoot = (hashes: readonly Buffer[]): Buffer => {
  let row = hashes
  while (row.length > 1) {
    const above: Buffer[] = []
    for (let n = 0; n + 1 < row.length; n += 2) above.push(nodeHash(row[n] as Buffer, row[n + 1] as Buffer))
    row = above
  }
  return row[0] as Buffer
}

/** What a full tile comes to, one level up. */
export const tileRoot = (hashes: Buffer): Buffer => completeRoot(hashesOf(hashes))

/** Any complete subtree, from the one tile it stands in. A tile that is missing or too narrow is an error. */
export const subtreesFrom =
  (readTile: (level: number, index: number) => Promise<Buffer | null>): Subtrees =>
  async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT)
    const count = 2 ** (level % TILE_HEIGHT)
    const first = index * count
    const tileIndex = Math.floor(first / TILE_WIDTH)
    const from = (first % TILE_WIDTH) * HASH_BYTES
    const tile = await readTile(tileLevel, tileIndex)
    if (!tile || tile.length < from + count * HASH_BYTES) {
      throw new Error(`tile ${tileIndex} of level ${tileLevel} is missing or too narrow`)
    }
    return completeRoot(hashesOf(tile.subarray(from, from + count * HASH_BYTES)))
  }

/**
 * A tree that grows leaf by leaf and keeps no more than its right edge: at most 255 hashes a level, whatever the size.
 * Full tiles are handed out as they come to be.
 */
export class GrowingTree {
  readonly #levels: Buffer[][]
  readonly #onFull: (tile: Tile) => void
  #size: number

  private constructor(size: number, levels: Buffer[][], onFull: (tile: Tile) => void) {
    this.#size = size
    this.#levels = levels
    this.#onFull = onFull
  }

  static empty(onFull: (tile: Tile) => void = () => {}): GrowingTree {
    return new GrowingTree(0, [], onFull)
  }

  /** Goes on from stored tiles. */
  static async continued(
    size: number,
    readTile: (level: number, index: number) => Promise<Buffer | null>,
    onFull: (tile: Tile) => void,
  ): Promise<GrowingTree> {
    const levels: Buffer[][] = []
    for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / TILE_WIDTH), level++) {
      const width = rest % TILE_WIDTH
      if (width === 0) {
        levels.push([])
        continue
      }
      const tile = await readTile(level, Math.floor(rest / TILE_WIDTH))
      if (!tile || tile.length < width * HASH_BYTES) {
        throw new Error(`tile ${Math.floor(rest / TILE_WIDTH)} of level ${level} is missing or too narrow`)
      }
      levels.push(hashesOf(Buffer.from(tile.subarray(0, width * HASH_BYTES))))
    }
    return new GrowingTree(size, levels, onFull)
  }

  /** One that goes its own way from here. */
  copy(onFull: (tile: Tile) => void = () => {}): GrowingTree {
    return new GrowingTree(
      this.#size,
      this.#levels.map((row) => [...row]),
      onFull,
    )
  }

  get size(): number {
    return this.#size
  }

  add(leaf: Buffer): void {
    this.#size++
    this.#push(0, leaf)
  }

  /** The same for the leaves of a whole tile, where one begins. */
  addTile(root: Buffer): void {
    if (this.#size % TILE_WIDTH !== 0) throw new Error('no tile begins here')
    this.#size += TILE_WIDTH
    this.#levels[0] ??= []
    this.#push(1, root)
  }

  root(): Buffer {
    const subtrees: Buffer[] = []
    for (const row of this.#levels.toReversed()) {
      for (let from = 0; from < row.length; ) {
        const count = 2 ** Math.floor(Math.log2(row.length - from))
        subtrees.push(completeRoot(row.slice(from, from + count)))
        from += count
      }
    }
    return joined(subtrees)
  }

  /** The tiles of the right edge that are not full. */
  partialTiles(): Tile[] {
    return this.#levels.flatMap((row, level) =>
      row.length === 0
        ? []
        : [{ level, index: Math.floor(this.#size / TILE_WIDTH ** (level + 1)), hashes: Buffer.concat(row) }],
    )
  }

  #push(level: number, hash: Buffer): void {
    const row = this.#levels[level] ?? []
    this.#levels[level] = row
    row.push(hash)
    if (row.length < TILE_WIDTH) return
    this.#levels[level] = []
    const index = this.#size / TILE_WIDTH ** (level + 1) - 1
    this.#onFull({ level, index, hashes: Buffer.concat(row) })
    this.#push(level + 1, completeRoot(row))
  }
}
