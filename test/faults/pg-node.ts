// A node of a cluster: carries out what it is told, answers only what is durable, and runs mail and seals like any other
// node, until it is killed.
import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { openHouse } from '../../src/doors.ts'
import { openFoundation } from '../../src/foundation.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { redeemInviteToken } from '../../src/http/acts/redeem.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { SetupProblem, StoreUnavailable } from '../../src/infrastructure/errors.ts'
import { mailTransport, openOutbox } from '../../src/runners.ts'
import { openSealer } from '../../src/sealing.ts'
import { makeCode } from '../support/referring.ts'
import { workerSettings } from './support.ts'

const settings = workerSettings({
  MAIL_URL: process.env['MAIL_URL'] ?? 'capture:',
  SEAL_EVENTS: '20',
  SEAL_SECONDS: '1',
})
const floor = await openFoundation(settings).catch((error: unknown) => {
  if (error instanceof SetupProblem || error instanceof StoreUnavailable) process.exit(1) // the server is away just now
  throw error
})
const log = pino({ level: 'silent' })
const house = openHouse(floor, log, () => false)
openOutbox(floor, log, mailTransport(settings)).start()
openSealer(floor, log).start()

export type Wish =
  | { readonly kind: 'issue'; readonly id: string; readonly email: string }
  | { readonly kind: 'redeem' | 'revoke' | 'code'; readonly id: string }
export type Order = Wish & { readonly n: number }
/** `result` is `accepted` (of a redemption the user, of a code its id), the refusal's code, or `error: NAME`. */
export type Answer = { readonly n: number; readonly wish: Wish; readonly result: string }

const DAY = 86_400_000
const OPERATOR = { actor: 'operator', correlation: 'C' } as const

const carryOut = async (wish: Wish): Promise<string> => {
  switch (wish.kind) {
    case 'issue': {
      const { id: inviteId, email } = wish
      const expiresAt = plus(floor.clock(), DAY)
      const outcome = await floor.execute(
        issueInvite,
        { inviteId, email, role: 'member', locale: 'en', expiresAt },
        OPERATOR,
      )
      return outcome.outcome === 'accepted' ? 'accepted' : outcome.refusal.code
    }
    case 'revoke': {
      const outcome = await floor.execute(revokeInvite, { inviteId: wish.id, reason: null }, OPERATOR)
      return outcome.outcome === 'accepted' ? 'accepted' : outcome.refusal.code
    }
    case 'redeem': {
      const session = startSession(house, { userAgent: null, ip: null }, 'api')
      const result = await redeemInviteToken(house, floor.tokens.make('invite', wish.id), session, 'C')
      return result.outcome === 'accepted' ? result.userId : result.refusal.code
    }
    case 'code': {
      const { codeId, told } = await makeCode(floor, wish.id, randomBytes(10), DAY)
      return told === 'accepted' ? codeId : told
    }
  }
}

process.on('message', ({ n, ...wish }: Order) => {
  void carryOut(wish)
    .catch((error: unknown) => `error: ${error instanceof Error ? error.name : 'unknown'}`)
    .then((result) => process.send?.({ n, wish, result } satisfies Answer))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
