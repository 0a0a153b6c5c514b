/**
 * Passes on one by one what comes in pages. An async generator makes several promises of each; here most are there
 * already when they are asked for. Ask for the next one when you have the last.
 */
export const oneByOne = <T>(pages: AsyncIterable<readonly T[]>): AsyncIterableIterator<T> => {
  const source = pages[Symbol.asyncIterator]()
  let page: readonly T[] = []
  let at = 0
  const ended = (): IteratorResult<T> => {
    page = []
    return { done: true, value: undefined }
  }
  const turn = async (): Promise<IteratorResult<T>> => {
    for (;;) {
      const turned = await source.next()
      if (turned.done) return ended()
      page = turned.value
      at = 0
      if (page.length > 0) return { done: false, value: page[at++] as T }
    }
  }
  return {
    next: () => (at < page.length ? Promise.resolve({ done: false, value: page[at++] as T }) : turn()),
    async return() {
      await source.return?.()
      return ended()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
