import type Router from '@koa/router'
import type { Actor } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { userTag } from '../../domain/users/events.ts'
import { whyInvite } from '../acts/why.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { historyLines, whyLine } from './admin-user-history.ts'
import { auditorOf, type Ctx, type Kit, paramOf, seeOther, withQuery } from './kit.ts'
import { peopleOf } from './people.ts'

const SHOWN = 50

/** One invite: how it stands and why, and everything that happened to it; for admins and auditors. */
export const adminInvitePage = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get('/admin/invites/:id', async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const invite = await house.reads.invites.get(paramOf(ctx, 'id'), house.now())
    if (!invite) throw new Problem('invite_not_found')
    const issuer = invite.issuedBy as Actor
    const redeemer = invite.redeemedUserId === null ? null : (userTag(invite.redeemedUserId) as Actor)
    const people = await peopleOf(kit, ctx, redeemer ? [issuer, redeemer] : [issuer])
    const tag = inviteTag(invite.id)
    render(ctx, 'admin-invite', {
      title: t(ctx, 'invites.one', { who: invite.email ?? t(ctx, 'invites.forgotten') }),
      section: 'invites',
      invite,
      issuer: people.get(issuer),
      redeemer: redeemer && people.get(redeemer),
      why: await whyLine(kit, ctx, await whyInvite(house, invite.id)),
      history: await historyLines(kit, ctx, await house.history.newestAbout(tag, { limit: SHOWN })),
      historyUrl: withQuery('/history', { tag }),
    })
  })
}
