import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Where the history lies. */
export type Place = { readonly file: string } | { readonly url: string }

/** Which read side is to be built, from where and into which file. */
export type BuildOrder = {
  readonly place: Place
  readonly personalKey: Uint8Array
  readonly position: number
  readonly file: string
}

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './build.worker.ts' : './build.worker.js',
  import.meta.url,
)

/** Builds the read side of a moment in a thread of its own: nobody waits for it who does not want to see it. */
export const buildBeside = async (
  order: BuildOrder,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (done: number) => void },
): Promise<void> => {
  signal.throwIfAborted()
  const worker = new Worker(workerFile, { workerData: order })
  worker.on('message', progress)
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const [code] = (await once(worker, 'exit')) as [number]
    signal.throwIfAborted()
    if (code !== 0) throw new Error(`building the past ended with ${code}`)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
