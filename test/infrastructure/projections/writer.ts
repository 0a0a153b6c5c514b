// A process of its own that writes two hundred events a second, some of which forget somebody, until it is told to stop.
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { openFoundation } from '../../../src/foundation.ts'
import * as cast from '../../support/controls.ts'
import { testSettings } from '../../support/house.ts'

const PER_SECOND = 200

const [, , folder = ''] = process.argv
const floor = await openFoundation(testSettings(folder, 3000))
let stopped = false
let written = 0

const story = function* (): Generator<NewEvent> {
  for (;;) {
    const userId = floor.ids()
    const email = `writer-${userId.toLowerCase()}@example.org`
    yield cast.registered(userId, email)
    yield cast.verified(userId, email, 'invite')
    yield cast.loggedIn('password', { userId, sessionId: floor.ids() })
    yield cast.suspended(userId)
    yield cast.erased(userId)
  }
}

const write = async () => {
  const began = performance.now()
  for (const event of story()) {
    if (stopped) return
    const by = { actor: 'operator', correlation: 'C' } as const
    await floor.store.decide({ readings: {}, decide: () => accept(event), ...by })
    written++
    if (written === 20) process.send?.('writing')
    await sleep(Math.max(0, began + (written * 1000) / PER_SECOND - performance.now()))
  }
}

const writing = write()
process.on('message', () => {
  stopped = true
  void writing.then(async () => {
    await floor.close()
    process.send?.(written, () => process.exit(0))
  })
})
