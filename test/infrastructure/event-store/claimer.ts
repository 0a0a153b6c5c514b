// A process of its own on a shared database: issues invites, each only if nobody has issued it yet.
import { accept, reading } from '../../../src/domain/decision.ts'
import { invite } from '../../../src/domain/invites/invite.ts'
import { openFoundation } from '../../../src/foundation.ts'
import { issued } from '../../support/controls.ts'
import { testSettings } from '../../support/house.ts'

const [, , folder = ''] = process.argv
const floor = await openFoundation(testSettings(folder, 3000))

const claim = async (inviteId: string): Promise<string> => {
  try {
    const { events } = await floor.store.decide({
      readings: { invite: reading(`invite:${inviteId}`, invite) },
      decide: ({ invite: known }) => (known.status === 'unknown' ? accept(issued({ inviteId })) : accept()),
      actor: 'operator',
      correlation: 'C',
    })
    return events.length > 0 ? 'claimed' : 'too late'
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}

const claimAll = async (ids: readonly string[]): Promise<void> => {
  const results: string[] = []
  // In small bites, so that the processes take turns many times.
  for (let from = 0; from < ids.length; from += 5) {
    results.push(...(await Promise.all(ids.slice(from, from + 5).map(claim))))
  }
  process.send?.(results)
}

process.on('message', (ids: readonly string[]) => void claimAll(ids))
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
