// A process that writes to the history as fast as it can, several commands at once, until it has written its share.
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openFoundation } from '../../src/foundation.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { workerSettings } from './support.ts'

const floor = await openFoundation(workerSettings())

export type Share = { readonly writers: number; readonly each: number }

const issueOne = async () => {
  const id = floor.ids()
  await floor.execute(
    issueInvite,
    {
      inviteId: id,
      email: `${id.toLowerCase()}@example.org`,
      role: 'member',
      locale: 'en',
      expiresAt: plus(floor.clock(), 3_600_000),
    },
    { actor: 'operator', correlation: 'C' },
  )
}

process.on('message', ({ writers, each }: Share) => {
  const write = async () => {
    for (let n = 0; n < each; n++) await issueOne()
  }
  void Promise.all(Array.from({ length: writers }, write)).then(() => process.send?.('done'))
})
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
