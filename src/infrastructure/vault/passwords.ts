import { createHmac, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { encodeBase64 } from 'bcryptjs'
import { Piscina } from 'piscina'

const SALT_BYTES = 16
const SETTING_LENGTH = 29 // $2b$, two digits, $, 22 letters of salt
const MAX_QUEUE = 100
/** Who would wait longer for their turn, as far as can be told, is not let in; on a slow machine that is sooner than the queue is full. */
const MAX_EXPECTED_MS = 5000
/** Nobody waits longer, whatever was expected: when there is much else to do, hashes take several times as long. */
const MAX_WAIT_MS = 10_000
/** How much the last one counts in what one takes. */
const LATEST = 0.2

export type HashTask =
  | { readonly kind: 'hash'; readonly secret: string; readonly salt: string }
  | { readonly kind: 'compare'; readonly secret: string; readonly hash: string }

/** Thrown when too many hashes wait already; the caller answers "try again soon". */
export class HashQueueFull extends Error {
  override readonly name = 'Overloaded'
  readonly retryAfterSeconds = 2
}

const busy = () => new HashQueueFull('the password workers are busy')

type Waiting = { readonly begin: () => void; readonly giveUp: () => void }

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
  readonly #threads: number
  readonly #maxWaitMs: number
  readonly #waiting: Waiting[] = []
  #running = 0
  /** What one takes on one thread, in milliseconds; 0 until one has been. */
  #each = 0

  constructor(
    pepper: Buffer,
    {
      cost,
      threads = availableParallelism(),
      maxWaitMs = MAX_WAIT_MS,
    }: { cost: number; threads?: number; maxWaitMs?: number },
  ) {
    this.#pepper = pepper
    this.#cost = cost
    this.#threads = threads
    this.#maxWaitMs = maxWaitMs
    this.#pool = new Piscina({
      filename: workerFile.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 30_000,
    })
  }

  async hash(password: string): Promise<string> {
    return this.hashAs(this.#setting(randomBytes(SALT_BYTES)), password)
  }

  /** Cost and salt that belong to an address, for passwords that are chosen before the address is anybody's. */
  settingOf(address: string): string {
    return this.#setting(createHmac('sha256', this.#pepper).update(`salt\n${address}`).digest())
  }

  /** The hash with the cost and salt of another one (its first 29 letters): equal passwords make equal hashes. */
  async hashAs(setting: string, password: string): Promise<string> {
    const salt = setting.slice(0, SETTING_LENGTH)
    return (await this.#run({ kind: 'hash', secret: this.#prepare(password), salt })) as string
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
    for (const { giveUp } of this.#waiting.splice(0)) giveUp()
    await this.#pool.destroy()
  }

  #setting(salt: Buffer): string {
    return `$2b$${String(this.#cost).padStart(2, '0')}$${encodeBase64(salt, SALT_BYTES)}`
  }

  #prepare(password: string): string {
    return createHmac('sha256', this.#pepper).update(password.normalize('NFC')).digest('base64')
  }

  async #run(task: HashTask): Promise<string | boolean> {
    if (this.#running === this.#threads) await this.#turn()
    else this.#running++
    try {
      const began = performance.now()
      const result = await this.#pool.run(task)
      const each = performance.now() - began
      this.#each = this.#each === 0 ? each : this.#each + LATEST * (each - this.#each)
      return result
    } finally {
      const next = this.#waiting.shift()
      if (next) next.begin()
      else this.#running--
    }
  }

  /** Resolves when somebody who is done hands over their thread. */
  #turn(): Promise<void> {
    const ahead = (this.#waiting.length + 1) / this.#threads
    if (this.#waiting.length >= MAX_QUEUE || ahead * this.#each > Math.min(this.#maxWaitMs, MAX_EXPECTED_MS))
      throw busy()
    return new Promise((begin, reject) => {
      const giveUp = () => {
        clearTimeout(late)
        reject(busy())
      }
      const waiting: Waiting = {
        begin: () => {
          clearTimeout(late)
          begin()
        },
        giveUp,
      }
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        giveUp()
      }, this.#maxWaitMs)
      this.#waiting.push(waiting)
    })
  }
}
