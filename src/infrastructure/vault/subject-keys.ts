import { randomFillSync } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Subject } from '../../domain/event.ts'
import { open, seal } from './box.ts'

const KEY_BYTES = 32
const MAX_CACHED = 10_000
/**
 * No key is used for longer than this, nor lies around for longer than twice this; that a subject was forgotten elsewhere
 * is noticed by whoever asks for keys.
 */
const CACHE_MS = 60_000
const POOL_KEYS = 128

const context = (subject: Subject) => `subject key ${subject}`

/**
 * One random key a subject, wrapped by the vault's `personal` key. Whoever destroys the row forgets the person.
 * This class wraps, unwraps and remembers; rows are read and written by the engine that owns the transaction.
 */
export class SubjectKeys {
  readonly #master: Buffer
  readonly #cache: LRUCache<Subject, Buffer>
  #isSwept = false
  #pool = Buffer.alloc(0)
  #forgettings = 0

  /** `now` in milliseconds, of a clock that never goes back. */
  constructor(master: Buffer, now = () => performance.now()) {
    this.#master = master
    this.#cache = new LRUCache({ max: MAX_CACHED, ttl: CACHE_MS, ttlResolution: 1000, perf: { now } })
  }

  /** A new key and its wrapped form for the vault. Call `remember` once the row is committed. */
  create(subject: Subject): { readonly key: Buffer; readonly wrapped: string } {
    if (this.#pool.length === 0) this.#pool = randomFillSync(Buffer.alloc(KEY_BYTES * POOL_KEYS))
    const key = this.#pool.subarray(0, KEY_BYTES)
    this.#pool = this.#pool.subarray(KEY_BYTES)
    return { key, wrapped: seal(this.#master, key, context(subject)) }
  }

  /** Throws when the wrapped form was tampered with or belongs to somebody else. */
  unwrap(subject: Subject, wrapped: string): Buffer {
    // Small buffers are cut from blocks of 64 KiB, and a key that is remembered would hold on to the whole block.
    const key = Buffer.alloc(KEY_BYTES)
    open(this.#master, wrapped, context(subject)).copy(key)
    return key
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#cache.size
  }

  cached(subject: Subject): Buffer | undefined {
    return this.#cache.get(subject)
  }

  remember(subject: Subject, key: Buffer): void {
    this.#cache.set(subject, key)
    if (!this.#isSwept) this.#sweepLater()
  }

  /** As long as there are any. */
  #sweepLater(): void {
    this.#isSwept = true
    setTimeout(() => {
      this.#isSwept = false
      this.#cache.purgeStale()
      if (this.#cache.size > 0) this.#sweepLater()
    }, CACHE_MS).unref()
  }

  /**
   * For whoever has to wait for keys: call before asking. What it answers remembers a key only if nobody was forgotten
   * meanwhile, for that key may have been theirs.
   */
  remembering(): (subject: Subject, key: Buffer) => void {
    const since = this.#forgettings
    return (subject, key) => {
      if (this.#forgettings === since) this.remember(subject, key)
    }
  }

  forget(subject: Subject): void {
    this.#forgettings++
    this.#cache.delete(subject)
  }

  /** Somebody was forgotten, and nobody here knows who. */
  forgetAll(): void {
    this.#forgettings++
    this.#cache.clear()
  }
}
