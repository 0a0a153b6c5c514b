import { createHmac, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { encodeBase64 } from 'bcryptjs'
import { Piscina } from 'piscina'

const COST = 12
const SALT_BYTES = 16
const MAX_QUEUE = 100

export type HashTask =
  | { readonly kind: 'hash'; readonly secret: string; readonly salt: string }
  | { readonly kind: 'compare'; readonly secret: string; readonly hash: string }

/** Thrown when too many hashes wait already; the caller answers "try again soon". */
export class HashQueueFull extends Error {
  override readonly name = 'Overloaded'
  readonly retryAfterSeconds = 2
}

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './hash.worker.ts' : './hash.worker.js',
  import.meta.url,
)

/**
 * bcrypt in a pool of workers with a bounded queue, so that sign-ins never stop the pages. bcrypt reads 72 bytes
 * and stops at a NUL; so it gets base64(HMAC-SHA-256(pepper, password)): 44 letters, whole password, no NUL.
 */
export class PasswordHasher {
  readonly #pool: Piscina<HashTask, string | boolean>
  readonly #pepper: Buffer
  readonly #cost: number

  constructor(pepper: Buffer, { cost = COST, threads = availableParallelism() } = {}) {
    this.#pepper = pepper
    this.#cost = cost
    this.#pool = new Piscina({
      filename: workerFile.href,
      minThreads: 0,
      maxThreads: threads,
      maxQueue: MAX_QUEUE,
      idleTimeout: 30_000,
    })
  }

  async hash(password: string): Promise<string> {
    return this.#hashWith(password, randomBytes(SALT_BYTES))
  }

  /**
   * The hash of a password chosen for an address that is not confirmed yet. Its salt belongs to the address, so that
   * one computation tells which of all those who wait for it a password is of, and takes as long when there is nobody.
   */
  async hashFor(address: string, password: string): Promise<string> {
    const salt = createHmac('sha256', this.#pepper).update(`salt\n${address}`).digest()
    return this.#hashWith(password, salt.subarray(0, SALT_BYTES))
  }

  async compare(password: string, hash: string): Promise<boolean> {
    return (await this.#run({ kind: 'compare', secret: this.#prepare(password), hash })) as boolean
  }

  /** Takes as long as a comparison and is never true: what an unknown user's password is compared with. */
  async compareWithNobody(password: string): Promise<false> {
    // A well-formed hash of this cost whose password nobody knows.
    const hash = `$2b$${String(this.#cost).padStart(2, '0')}$${'.'.repeat(53)}`
    await this.#run({ kind: 'compare', secret: this.#prepare(password), hash })
    return false
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #hashWith(password: string, salt: Buffer): Promise<string> {
    const setting = `$2b$${String(this.#cost).padStart(2, '0')}$${encodeBase64(salt, SALT_BYTES)}`
    return (await this.#run({ kind: 'hash', secret: this.#prepare(password), salt: setting })) as string
  }

  #prepare(password: string): string {
    return createHmac('sha256', this.#pepper).update(password.normalize('NFC')).digest('base64')
  }

  async #run(task: HashTask): Promise<string | boolean> {
    if (this.#pool.queueSize >= MAX_QUEUE) throw new HashQueueFull('the password workers are busy')
    return this.#pool.run(task)
  }
}
