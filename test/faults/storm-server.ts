// The victim of the kill tests: redeems whatever it is told to, answers each result only when it is durable, and mails
// into a file that outlives it.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openHouse } from '../../src/doors.ts'
import { openFoundation } from '../../src/foundation.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { redeemInviteToken } from '../../src/http/acts/redeem.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { openOutbox } from '../../src/runners.ts'
import { workerSettings } from './support.ts'

const [, , folder = ''] = process.argv
const floor = await openFoundation(workerSettings())
const log = pino({ level: 'silent' })
const house = openHouse(floor, log, () => false)
const outbox = openOutbox(floor, log, {
  send: async ({ id, to }) => appendFileSync(join(folder, 'sent.log'), `${id} ${to}\n`),
  close: async () => {},
})
outbox.start()

type Order = { readonly kind: 'issue' | 'redeem'; readonly inviteId: string; readonly email: string }

const answer = async ({ kind, inviteId, email }: Order) => {
  try {
    if (kind === 'issue') {
      const wish = {
        inviteId,
        email,
        role: 'member',
        locale: 'en',
        expiresAt: plus(floor.clock(), 86_400_000),
      } as const
      const outcome = await floor.execute(issueInvite, wish, { actor: 'operator', correlation: 'C' })
      process.send?.({ kind, inviteId, result: outcome.outcome })
      return
    }
    const session = startSession(house, { userAgent: null, ip: null }, 'api')
    const result = await redeemInviteToken(house, floor.tokens.make('invite', inviteId), session, 'C')
    process.send?.({
      kind,
      inviteId,
      result: result.outcome === 'accepted' ? result.userId : result.refusal.code,
    })
  } catch (error) {
    process.send?.({ kind, inviteId, result: `error: ${error instanceof Error ? error.message : 'unknown'}` })
  }
}
process.on('message', (message: Parameters<typeof answer>[0]) => void answer(message))
process.send?.({ kind: 'ready' })
