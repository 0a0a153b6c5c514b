const STOP_MS = 10_000

type Log = { readonly error: (fields: object, message: string) => void }

/** Stops on the first SIGTERM or SIGINT once everything begun is done; a second signal, or ten seconds, end it at once. */
export const stopOnSignal = (log: Log, close: () => Promise<void>): void => {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const code = signal === 'SIGINT' ? 130 : 0
      if (stopping) process.exit(1)
      stopping = true
      setTimeout(() => process.exit(1), STOP_MS).unref()
      close().then(
        () => process.exit(code),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed')
          process.exit(1)
        },
      )
    })
  }
}

/** For long work that is done step by step: Ctrl-C ends it after the step in hand. */
export const untilInterrupted = () => {
  let interrupted = false
  const stop = () => {
    interrupted = true
  }
  process.once('SIGINT', stop)
  return { interrupted: () => interrupted, done: () => process.off('SIGINT', stop) }
}
