import { randomFillSync } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Subject } from '../../domain/event.ts'
import { open, seal } from './box.ts'

const KEY_BYTES = 32
const MAX_CACHED = 10_000
/** No key lies around for longer than this; that a subject was forgotten elsewhere is noticed by whoever asks for keys. */
const CACHE_MS = 60_000
const POOL_KEYS = 128

const context = (subject: Subject) => `subject key ${subject}`

/**
 * One random key a subject, wrapped by the vault's `personal` key. Whoever destroys the row forgets the person.
 * This class wraps, unwraps and remembers; rows are read and written by the engine that owns the transaction.
 */
export class SubjectKeys {
  readonly #master: Buffer
  readonly #cache = new LRUCache<Subject, Buffer>({ max: MAX_CACHED, ttl: CACHE_MS, ttlResolution: 1000 })
  #pool = Buffer.alloc(0)

  constructor(master: Buffer) {
    this.#master = master
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
    return open(this.#master, wrapped, context(subject))
  }

  cached(subject: Subject): Buffer | undefined {
    return this.#cache.get(subject)
  }

  remember(subject: Subject, key: Buffer): void {
    this.#cache.set(subject, key)
  }

  forget(subject: Subject): void {
    this.#cache.delete(subject)
  }

  /** Somebody was forgotten, and nobody here knows who. */
  forgetAll(): void {
    this.#cache.clear()
  }
}
