// A process of its own on a shared database: users wish for codes, or say who brought them, all at once; it reports what
// each was told.
import { randomBytes } from 'node:crypto'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { openFoundation } from '../../src/foundation.ts'
import { makeCode, sayWhoBrought } from '../support/referring.ts'
import { workerSettings } from './support.ts'

const floor = await openFoundation(workerSettings())
const HOUR_MS = 3_600_000

export type Wish =
  | { readonly kind: 'create'; readonly userId: string }
  | { readonly kind: 'redeem'; readonly userId: string; readonly codeId: string; readonly referrerId: string }
  | { readonly kind: 'demote'; readonly userId: string; readonly by: string }

const demote = async ({ userId, by }: { readonly userId: string; readonly by: string }) => {
  const outcome = await floor.execute(
    revokeRole,
    { userId, role: 'admin', keepSessionId: null },
    { actor: `user:${by}`, correlation: 'C' },
  )
  return outcome.outcome === 'accepted' ? 'accepted' : outcome.refusal.code
}

const carryOut = async (wish: Wish): Promise<string> => {
  try {
    if (wish.kind === 'redeem') return await sayWhoBrought(floor, wish.userId, wish.codeId, wish.referrerId)
    if (wish.kind === 'demote') return await demote(wish)
    return (await makeCode(floor, wish.userId, randomBytes(10), HOUR_MS)).told
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : 'unknown'}`
  }
}

const answer = async (wishes: readonly Wish[]) => process.send?.(await Promise.all(wishes.map(carryOut)))
process.on('message', (wishes: readonly Wish[]) => void answer(wishes))
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
