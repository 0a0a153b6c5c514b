import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { type Database, readBy } from '../database/work.ts'
import type { EventStore } from '../event-store/store.ts'
import type { RootSecrets } from '../vault/root-secret.ts'
import { openSeal, sealCheckpoint } from './checkpoint.ts'
import { leafHash } from './merkle.ts'
import { currentSealKey, ownSealKeys, SEALS } from './seal-keys.ts'
import { keepSeal, openSeals, type SealRow, sealedSize } from './seals.ts'
import { GrowingTree, type Tile } from './tiles.ts'

/** More events than this are sealed in several steps: memory stays flat, and others get their turn to write. */
const MAX_PER_SEAL = 65_536
const LOOK_EVERY_MS = 1000
/** A millisecond of hashing. */
const AT_ONCE = 256

export type SealerParts = {
  readonly database: Pick<Database, 'reader' | 'exclusively'>
  readonly store: Pick<EventStore, 'head' | 'readStored'>
  readonly roots: RootSecrets
  readonly origin: string
  readonly clock: Clock
  readonly everyEvents: number
  readonly everyMs: number
  /** Where each new seal goes besides the database: a witness, auditors. What goes wrong there is theirs to log. */
  readonly publish?: readonly ((seal: SealRow) => Promise<unknown>)[]
  readonly log: {
    readonly error: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
  }
}

/** The history is no continuation of what we have sealed: somebody has to look before anything more is signed. */
export class NotAnExtension extends Error {
  override readonly name = 'NotAnExtension'
}

/**
 * Puts our name to the history, every so many events and every so often if there is anything new. Several processes
 * may try at once: whoever commits first has sealed, the others find that out and let it be.
 */
export class Sealer {
  readonly #parts: SealerParts
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(parts: SealerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Seals what is not yet sealed, then stops. */
  async stop(): Promise<void> {
    if (!this.#running) return
    this.#stopping.abort()
    await this.#running
    await this.#safely(() => this.seal())
  }

  /** Seals everything that is not yet sealed; answers the last seal, null for an empty history. */
  async seal(progress: (size: number) => void = () => {}): Promise<SealRow | null> {
    const { database, store, publish = [], log } = this.#parts
    const seals = openSeals(database.reader)
    const head = await store.head()
    const before = await seals.last()
    if ((before?.size ?? 0) > head) {
      throw new NotAnExtension(`${before?.size} events are sealed, but the history has ${head}`)
    }
    for (let size = before?.size ?? 0; size < head; ) {
      size = Math.min(head, size + MAX_PER_SEAL)
      await this.#sealUpTo(size)
      progress(size)
    }
    const last = await seals.last()
    if (last && last.size !== before?.size) {
      log.info({ size: last.size }, 'the history is sealed')
      await Promise.all(publish.map((to) => to(last)))
    }
    return last
  }

  async #sealUpTo(size: number): Promise<void> {
    const { database, store, roots, origin, clock } = this.#parts
    const seals = openSeals(database.reader)
    const last = await seals.last()
    const from = last?.size ?? 0
    if (from >= size) return
    const tiles: Tile[] = []
    const tree = await GrowingTree.continued(from, seals.readTile, (tile) => void tiles.push(tile))
    if (last) await this.#mustContinue(last, tree)
    for await (const { position, bytes } of store.readStored({ after: from, until: size })) {
      if (position !== tree.size + 1)
        throw new NotAnExtension(`there is no event at position ${tree.size + 1}`)
      tree.add(leafHash(bytes))
      if (tree.size % AT_ONCE === 0) await setImmediate() // others get their turn
    }
    if (tree.size !== size) throw new NotAnExtension(`there is no event at position ${tree.size + 1}`)
    tiles.push(...tree.partialTiles())
    await database.exclusively(SEALS, function* () {
      if ((yield* sealedSize()) !== from) return
      const now = clock()
      const at = last && last.sealedAt > now ? last.sealedAt : now
      const signer = yield* currentSealKey(roots, origin, at)
      const note = sealCheckpoint({ origin, size, root: tree.root(), at }, signer)
      yield* keepSeal(tiles, { size, note, sealedAt: at })
    })
  }

  async #mustContinue(last: SealRow, tree: GrowingTree): Promise<void> {
    const { database, roots } = this.#parts
    const sealed = openSeal(last.note, await readBy(database.reader, ownSealKeys(roots)))
    if (!sealed) throw new NotAnExtension('the last seal is not ours')
    if (sealed.size !== tree.size || !sealed.root.equals(tree.root())) {
      throw new NotAnExtension('the tiles are not those of the last seal')
    }
  }

  async #isDue(): Promise<boolean> {
    const { database, store, clock, everyEvents, everyMs } = this.#parts
    const last = await openSeals(database.reader).last()
    const fresh = (await store.head()) - (last?.size ?? 0)
    if (fresh === 0) return false
    const since = last ? Date.parse(clock()) - Date.parse(last.sealedAt) : everyMs
    // A last seal in the future is one of a clock that was ahead: nobody waits until it is reached again.
    return fresh < 0 || fresh >= everyEvents || since < 0 || since >= everyMs
  }

  async #safely(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const message =
        error instanceof NotAnExtension
          ? 'nothing is sealed any more: the history is not what was sealed before. Run `latchkey history verify`'
          : 'the history could not be sealed; trying again'
      this.#parts.log.error({ err: error }, message)
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#safely(async () => {
        if (await this.#isDue()) await this.seal()
      })
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    }
  }
}
