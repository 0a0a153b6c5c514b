import { availableParallelism } from 'node:os'
import { genSaltSync } from 'bcryptjs'
import { Piscina } from 'piscina'
import type { HashTask } from '../src/infrastructure/vault/passwords.ts'

const saltOf = (cost: number) => genSaltSync(cost)

/** bcrypt at cost 12 on all cores and nothing else: hashes a second. */
export const bareHashes = () => {
  const pool = new Piscina<HashTask, string>({
    filename: new URL('../src/infrastructure/vault/hash.worker.ts', import.meta.url).href,
    maxThreads: availableParallelism(),
  })
  const secret = 'x'.repeat(44)
  return {
    run: async (count: number): Promise<number> => {
      await Promise.all(
        Array.from({ length: availableParallelism() }, () =>
          pool.run({ kind: 'hash', secret, salt: saltOf(4) }),
        ),
      )
      const salt = saltOf(12)
      const began = performance.now()
      await Promise.all(Array.from({ length: count }, () => pool.run({ kind: 'hash', secret, salt })))
      return (count / (performance.now() - began)) * 1000
    },
    stop: () => pool.destroy(),
  }
}
