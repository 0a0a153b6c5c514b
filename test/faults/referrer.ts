// A process of its own on a shared database: users wish for codes, or say who brought them, all at once; it reports what
// each was told.
import { randomBytes } from 'node:crypto'
import { openFoundation } from '../../src/foundation.ts'
import { testSettings } from '../support/house.ts'
import { makeCode, sayWhoBrought } from '../support/referring.ts'

const [, , folder = ''] = process.argv
const floor = await openFoundation(testSettings(folder, 3000))
const HOUR_MS = 3_600_000

export type Wish =
  | { readonly kind: 'create'; readonly userId: string }
  | { readonly kind: 'redeem'; readonly userId: string; readonly codeId: string; readonly referrerId: string }

const carryOut = async (wish: Wish): Promise<string> => {
  try {
    if (wish.kind === 'redeem') return await sayWhoBrought(floor, wish.userId, wish.codeId, wish.referrerId)
    return (await makeCode(floor, wish.userId, randomBytes(10), HOUR_MS)).told
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : 'unknown'}`
  }
}

const answer = async (wishes: readonly Wish[]) => process.send?.(await Promise.all(wishes.map(carryOut)))
process.on('message', (wishes: readonly Wish[]) => void answer(wishes))
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
