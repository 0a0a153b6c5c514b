import type { Foundation } from '../../src/foundation.ts'
import { openLooking } from '../../src/infrastructure/event-store/looking.ts'

const POLL_MS = 500

/** Follows the history as a live view does, and keeps count: each position once, in order, with nothing between. */
export const openFollower = (floor: Pick<Foundation, 'store' | 'database' | 'clock' | 'doorbell'>) => {
  const looking = openLooking(floor)
  const seen: string[] = []
  const wrong: string[] = []
  let stopped = false
  const look = async () => {
    for await (const { position, id } of floor.store.read({ after: seen.length })) {
      if (position !== seen.length + 1) wrong.push(`${position} came after ${seen.length}`)
      seen.push(id)
    }
  }
  const running = (async () => {
    while (!stopped) {
      await look().catch(() => {}) // the server is away: it goes on from where it stopped
      await looking.ring(POLL_MS)
    }
    await look()
  })()
  return {
    /** Ids in the order in which they came, and what was wrong with that order. */
    async stop() {
      stopped = true
      await running
      return { seen, wrong }
    },
  }
}
