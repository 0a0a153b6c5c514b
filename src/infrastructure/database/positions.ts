import { AsyncLocalStorage } from 'node:async_hooks'

type Seen = { least: number }

const storage = new AsyncLocalStorage<Seen>()

/**
 * What a request has to see at least: the position it was told of, raised by what it commits itself. Whoever reads for
 * it from a replica looks here first.
 */
export const positions = {
  run: <T>(least: number, work: () => T): T => storage.run({ least }, work),

  /** 0 outside requests. */
  least: (): number => storage.getStore()?.least ?? 0,

  raise: (position: number): void => {
    const seen = storage.getStore()
    if (seen && position > seen.least) seen.least = position
  },
}
