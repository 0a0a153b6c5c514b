import type Router from '@koa/router'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { type Ctx, type Kit, seeOther } from './kit.ts'

/** What a person keeps of the invite they redeemed: a file that the shipped verifier checks without us. */
export const receiptPage = (router: Router<State>, { house }: Kit): void => {
  router.get('/profile/receipt', async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/profile')
    const { inviteId } = who.user
    const redemption = inviteId === null ? null : await house.proofs.redemption(inviteId)
    if (redemption?.userId !== who.user.id) throw new Problem('not_found')
    const receipt = await house.proofs.receipt(redemption.position)
    if (!receipt) throw new Problem('not_sealed_yet')
    ctx.attachment(`latchkey-receipt-${redemption.position}.json`)
    ctx.type = 'application/json'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = `${JSON.stringify(receipt, null, 2)}\n`
  })
}
