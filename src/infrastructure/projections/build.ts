import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Where the history lies. */
export type Place = { readonly file: string } | { readonly url: string }

/** What a thread of its own needs to read the history: where it lies, and the key that opens what is personal. */
export type Origin = { readonly place: Place; readonly personalKey: Uint8Array }

/** Which read tables are to be built, up to where and into which file; with indexes, if they are to be asked. */
export type BuildOrder = Origin & {
  readonly projections: readonly string[]
  readonly position: number
  readonly file: string
  readonly isIndexed: boolean
}

/** What one thread does of it: the events between two positions, the first of them exclusive. */
export type SliceOrder = Omit<BuildOrder, 'position'> & {
  readonly after: number
  readonly until: number
  readonly isFirst: boolean
}

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './build.worker.ts' : './build.worker.js',
  import.meta.url,
)

const MOST_THREADS = 4
/** With fewer events a thread is hardly done with starting. */
export const LEAST_EVENTS = 25_000

const threadsFor = (events: number): number =>
  Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(events / LEAST_EVENTS)))

/** Several times of what a thread holds on to: left to itself it would let garbage lie as long as the machine has room. */
const LIMITS = { maxOldGenerationSizeMb: 256 }

/** The first thread takes over what the others have made, and has less to read for that. */
const FIRST_SHARE = 0.85

const slicesOf = ({ position, ...order }: BuildOrder, count: number): readonly SliceOrder[] => {
  const cut = (n: number) =>
    n === 0 ? 0 : Math.floor((position * (n - 1 + FIRST_SHARE)) / (count - 1 + FIRST_SHARE))
  return Array.from({ length: count }, (_, n) => ({
    ...order,
    isFirst: n === 0,
    after: cut(n),
    until: cut(n + 1),
    file: n === 0 ? order.file : `${order.file}-${n}`,
  }))
}

type Following = {
  readonly signal?: AbortSignal | undefined
  /** Told now and then how many events are done. */
  readonly progress?: (done: number) => void
  readonly threads?: number
}

/**
 * Builds read tables in threads of their own, each a slice of the history: nobody waits for them who does not want to
 * see them. The first thread takes over what the others have made.
 */
export const buildBeside = async (
  order: BuildOrder,
  { signal, progress = () => {}, threads = threadsFor(order.position) }: Following = {},
): Promise<void> => {
  signal?.throwIfAborted()
  const slices = slicesOf(order, threads)
  const done = slices.map(() => 0)
  const workers = slices.map((slice, n) =>
    new Worker(workerFile, { workerData: slice, resourceLimits: LIMITS }).on('message', (events: number) => {
      done[n] = events
      progress(done.reduce((sum, one) => sum + one))
    }),
  )
  const stop = () => {
    for (const worker of workers) void worker.terminate()
  }
  signal?.addEventListener('abort', stop, { once: true })
  const ended = workers.map(async (worker) => {
    const [code] = (await once(worker, 'exit')) as [number]
    signal?.throwIfAborted()
    if (code !== 0) throw new Error(`building read tables ended with ${code}`)
  })
  try {
    const [first, ...others] = ended
    await Promise.race([Promise.all(others), first])
    workers[0]?.postMessage(slices.slice(1))
    await first
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
    await Promise.allSettled(ended)
    for (const { file } of slices.slice(1)) rmSync(file, { force: true })
  }
}
