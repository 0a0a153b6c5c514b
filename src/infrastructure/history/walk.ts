import type { Checkpoint } from './checkpoint.ts'
import { envelopeProblem, ownPosition } from './envelope.ts'
import { explainOdds, Findings, type Odd } from './findings.ts'
import { HASH_BYTES, leafHash } from './merkle.ts'
import type { HistorySource, SourceRow } from './source.ts'
import { GrowingTree, TILE_WIDTH, type Tile } from './tiles.ts'

const MOST_ODDS = 10_000

/** Goes through the events in order, beside the tree that the tiles say and the one that the events make. */
export class Walk {
  readonly findings = new Findings()
  readonly #source: HistorySource
  readonly #sealed: number
  // Grown from what the tiles say; `#rows` from what the events are, as soon as the two differ.
  #tree: GrowingTree
  #rows: GrowingTree | null = null
  #tile: Buffer | null = null
  #odds: Odd[] = []
  #undecided: Odd[] = []
  #good = 0
  #keptGood = 0
  #bad: Checkpoint[] = []
  readonly #full: Tile[] = []

  constructor(source: HistorySource, sealed: number) {
    this.#source = source
    this.#sealed = sealed
    this.#tree = GrowingTree.empty((tile) => void this.#full.push(tile))
  }

  get size(): number {
    return this.#tree.size
  }

  /** Has to be awaited where a tile begins or ends; in between nothing is waited for. */
  get atBoundary(): boolean {
    return this.size % TILE_WIDTH === 0
  }

  async turnTile(): Promise<void> {
    for (const { level, index, hashes } of this.#full.splice(0)) {
      const stored = level === 0 ? hashes : await this.#source.readTile(level, index)
      if (this.size <= this.#sealed && !stored?.equals(hashes)) this.#damaged(level, index)
    }
    const number = this.size / TILE_WIDTH
    if (this.size >= this.#sealed) {
      this.#tile = null
      return
    }
    this.#tile = await this.#source.readTile(0, number)
    const least = Math.min(TILE_WIDTH, this.#sealed - this.size) * HASH_BYTES
    const bytes = this.#tile?.length ?? 0
    if (bytes < least || bytes > TILE_WIDTH * HASH_BYTES || bytes % HASH_BYTES !== 0) {
      this.#damaged(0, number)
      this.#tile = null
    }
  }

  /** The tiles that were still growing when the last seal was made. */
  async checkEdge(): Promise<void> {
    for (const { level, index, hashes } of this.#tree.partialTiles()) {
      const stored = await this.#source.readTile(level, index)
      if (level > 0 && !stored?.subarray(0, hashes.length).equals(hashes)) this.#damaged(level, index)
    }
  }

  /** The usual case: the event that was sealed here. False if it is anything else. */
  takeUsual(row: SourceRow): boolean {
    const position = this.size + 1
    if (row.position !== position || ownPosition(row) !== position) return false
    const leaf = leafHash(row.bytes)
    if (this.size < this.#sealed) {
      const from = (this.size % TILE_WIDTH) * HASH_BYTES
      if (this.#tile?.compare(leaf, 0, HASH_BYTES, from, from + HASH_BYTES) !== 0) return false
    } else if (envelopeProblem(row)) return false
    this.#tree.add(leaf)
    this.#rows?.add(leaf)
    return true
  }

  /** A whole tile of usual ones, where no seal is to be judged in between. */
  takeTile(root: Buffer): void {
    this.#tree.addTile(root)
    this.#rows?.addTile(root)
  }

  /** One event of such a tile. */
  takeSealed(): void {
    const leaf = this.#expected()
    if (!leaf) throw new Error('there is no tile here')
    this.#tree.add(leaf)
    this.#rows?.add(leaf)
  }

  async takeOdd(row: SourceRow): Promise<void> {
    const position = this.size + 1
    const leaf = leafHash(row.bytes)
    const expected = this.#expected()
    const own = ownPosition({ ...row, type: null })
    const genuine = own !== null && (await this.#wasAt(own, leaf, row))
    this.#fork()
    this.#tree.add(expected ?? leaf)
    this.#rows?.add(leaf)
    if (expected === null && this.size <= this.#sealed && own === position) return // the tile is to blame, and was
    const odd = { position, own, genuine: genuine && own !== position }
    if (this.#undecided.length < MOST_ODDS) this.#undecided.push(odd)
  }

  /** There is no event here. */
  takeMissing(): void {
    this.#rows = null
    this.#tree.add(this.#expected() ?? Buffer.alloc(HASH_BYTES))
  }

  judge(seal: Checkpoint): void {
    if (this.#tree.root().equals(seal.root)) {
      this.#odds.push(...this.#undecided.splice(0, MOST_ODDS - this.#odds.length))
    } else if (this.#rows?.root().equals(seal.root)) {
      for (const { position } of this.#undecided.splice(0)) {
        this.findings.add(
          'damaged_tile',
          position,
          'its hash in the tile is another; the event is as it was sealed',
        )
      }
      this.#tree = this.#rows.copy((tile) => void this.#full.push(tile))
    } else {
      this.#bad.push(seal)
      return
    }
    this.#rows = null
    this.#undecided = []
    this.#good = seal.size
    for (const { size } of this.#bad.splice(0)) {
      this.findings.add('forged_seal', size, 'the seal contradicts the history and a later seal')
    }
  }

  /** A seal that somebody else has kept is right whatever we have: then it is the history that is wrong. */
  judgeKept(seal: Checkpoint): void {
    if (this.#tree.root().equals(seal.root) || this.#rows?.root().equals(seal.root)) {
      this.#keptGood = seal.size
      return
    }
    const first = this.#keptGood + 1
    this.findings.add('rewritten', first, `events ${first} to ${seal.size} are not those of the kept seal`)
  }

  end(): void {
    const [bad] = this.#bad
    if (bad) {
      const first = this.#good + 1
      this.findings.add('rewritten', first, `events ${first} to ${bad.size} are not those that were sealed`)
    }
    if (this.size < this.#sealed) {
      const first = this.size + 1
      this.findings.add('cut', first, `events ${first} to ${this.#sealed} are missing at the end`)
    }
    explainOdds([...this.#odds, ...this.#undecided], this.findings)
  }

  #damaged(level: number, index: number): void {
    const first = index * TILE_WIDTH ** (level + 1) + 1
    this.findings.add('damaged_tile', first, `tile ${index} of level ${level} is missing or another`)
  }

  #expected(): Buffer | null {
    const from = (this.size % TILE_WIDTH) * HASH_BYTES
    const hash = this.#tile?.subarray(from, from + HASH_BYTES)
    return this.size < this.#sealed && hash?.length === HASH_BYTES ? Buffer.from(hash) : null
  }

  async #wasAt(position: number, leaf: Buffer, row: SourceRow): Promise<boolean> {
    if (position > this.#sealed) return !envelopeProblem({ ...row, position })
    const tile = await this.#source.readTile(0, Math.floor((position - 1) / TILE_WIDTH))
    const from = ((position - 1) % TILE_WIDTH) * HASH_BYTES
    return tile?.subarray(from, from + HASH_BYTES).equals(leaf) ?? false
  }

  #fork(): void {
    if (this.#undecided.length === 0) this.#rows ??= this.#tree.copy()
  }
}
