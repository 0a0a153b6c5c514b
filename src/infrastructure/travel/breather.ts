import { setImmediate } from 'node:timers/promises'

const AT_ONCE_MS = 4

/** Called between the pieces of long work: lets others have their turn once a few milliseconds have gone by. */
export const breather = (): (() => Promise<void> | void) => {
  let since = performance.now()
  return () => {
    if (performance.now() - since < AT_ONCE_MS) return
    return setImmediate().then(() => {
      since = performance.now()
    })
  }
}
