import { Piscina } from 'piscina'
import { lengthProblem, type PasswordProblem } from '../../domain/users/password.ts'
import { ownWords } from './own-words.ts'
import { HashQueueFull } from './passwords.ts'

const MAX_QUEUE = 100

export type JudgeTask = { readonly password: string; readonly ownWords: readonly string[] }

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './password-judge.worker.ts' : './password-judge.worker.js',
  import.meta.url,
)

/**
 * Whether others would guess a new password. In a worker of its own: so it stops neither the pages, nor the sign-ins
 * that wait for bcrypt. Passwords that exist are never judged.
 */
export class PasswordJudge {
  readonly #pool = new Piscina<JudgeTask, PasswordProblem | null>({
    filename: workerFile.href,
    minThreads: 0,
    maxThreads: 1,
    maxQueue: MAX_QUEUE,
    idleTimeout: 30_000,
  })
  readonly #service: readonly string[]

  constructor(publicUrl: string) {
    this.#service = ['latchkey', new URL(publicUrl).hostname]
  }

  /** What is wrong with a new password, or null; `about` is what is known of its owner: address, name. */
  async judge(password: string, about: readonly (string | null)[]): Promise<PasswordProblem | null> {
    const problem = lengthProblem(password)
    if (problem) return problem
    if (this.#pool.queueSize >= MAX_QUEUE) throw new HashQueueFull('the judge of passwords is busy')
    const texts = [...about.filter((text) => text !== null), ...this.#service]
    return this.#pool.run({ password: password.normalize('NFC'), ownWords: ownWords(texts) })
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
