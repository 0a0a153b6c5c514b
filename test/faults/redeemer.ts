// A process of its own on a shared database: redeems one invite many times at once and reports what it was told.
import pino from 'pino'
import { openHouse } from '../../src/doors.ts'
import { openFoundation } from '../../src/foundation.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { redeemInviteToken } from '../../src/http/acts/redeem.ts'
import { workerSettings } from './support.ts'

const floor = await openFoundation(workerSettings())
const house = openHouse(floor, pino({ level: 'silent' }), () => false)

const answer = async ({ token, times }: { token: string; times: number }) => {
  const one = async (): Promise<string> => {
    try {
      const session = startSession(house, { userAgent: null, ip: null }, 'api')
      const result = await redeemInviteToken(house, token, session, 'C')
      return result.outcome === 'accepted' ? 'redeemed' : result.refusal.code
    } catch (error) {
      return `error: ${error instanceof Error ? error.name : 'unknown'}`
    }
  }
  const results = await Promise.all(Array.from({ length: times }, one))
  const tally: Record<string, number> = {}
  for (const result of results) tally[result] = (tally[result] ?? 0) + 1
  process.send?.(tally)
}
process.on('message', (message: Parameters<typeof answer>[0]) => void answer(message))
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
