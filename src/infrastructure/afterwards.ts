/** Work that begins once an answer is out; `settled` waits for all of it. */
export const openAfterwards = (onError: (what: string, error: unknown) => void) => {
  const running = new Set<Promise<void>>()
  return {
    add: (what: string, work: () => Promise<void>): void => {
      const begun: Promise<void> = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .catch((error: unknown) => onError(what, error))
        .finally(() => running.delete(begun))
      running.add(begun)
    },
    settled: async (): Promise<void> => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
