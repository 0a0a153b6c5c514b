import type Router from '@koa/router'
import { inviteLocale } from '../../domain/settings/in-force.ts'
import { type InviteWish, type Issued, issueInviteTo } from '../acts/issue.ts'
import type { Principal, State } from '../context.ts'
import { wordingOf } from '../problems.ts'
import { adminNumbers } from './admin-numbers.ts'
import { idFrom, newAttempt, readAttempt } from './attempt.ts'
import { adminOf, byAdmin, type Ctx, type FieldError, type Kit, mayChange, seeOther } from './kit.ts'
import { liveStreams } from './live.ts'
import { leaveNotice } from './notices.ts'

/** Where attempts at issuing invites lead, whichever page shows the form. */
const ISSUING = '/admin/invites'

export const issuingAttempt = ({ house }: Kit, { session }: Principal): string =>
  newAttempt(house, session.id, ISSUING)

/** Where an invite that was only just sent is taken back. */
export const revokePath = (inviteId: string): string => `/admin/invites/${inviteId}/revoke`

/** Issues invites in the name of an admin. The same form sent twice issues nothing twice. */
export const issuer = ({ house }: Kit, ctx: Ctx, admin: Principal, attemptField: string | undefined) => {
  const attempt = readAttempt(house, admin.session.id, ISSUING, attemptField) ?? house.newId()
  const { actor, correlation } = byAdmin(ctx, admin)
  return (wish: InviteWish): Promise<Issued> =>
    issueInviteTo(house, wish, actor, correlation, idFrom(house, attempt, wish.email))
}

/** Why an address was not invited, in the reader's words. */
export const issueMessage = (
  { t }: Kit,
  ctx: Ctx,
  issued: Exclude<Issued, { outcome: 'accepted' }>,
): string => {
  if (issued.outcome === 'refused') return wordingOf(issued.refusal.code, ctx.state.locale)
  if (issued.code === 'address_missing') return t(ctx, 'field.required')
  return t(ctx, issued.code === 'address_too_long' ? 'field.tooLong' : 'field.email')
}

/** The control panel: invite somebody at once, and how invites stand. */
export const adminPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t, assets } = kit
  const live = liveStreams(house)

  const show = async (
    ctx: Ctx,
    admin: Principal,
    email: string,
    errors: readonly FieldError[],
    status = 200,
  ): Promise<void> => {
    render(
      ctx,
      'admin',
      {
        title: t(ctx, 'admin.title'),
        section: 'home',
        email,
        canChange: mayChange(kit, ctx),
        attempt: issuingAttempt(kit, admin),
        errors,
        script: assets['live.js'],
        numbers: await adminNumbers(house, ctx),
      },
      status,
    )
  }

  router.get('/admin', async (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    await show(ctx, admin, '', [])
  })

  router.get('/admin/live', (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    live.pulse(ctx, admin, async () => String(await house.history.head()))
  })

  router.post('/admin', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const email = fields['email'] ?? ''
    const inForce = house.inForce.known()
    const issue = issuer(kit, ctx, admin, fields['attempt'])
    const issued = await issue({
      email,
      role: inForce.inviteRole,
      locale: inviteLocale(inForce, ctx.state.locale),
      ttlMs: inForce.inviteTtlMs,
    })
    if (issued.outcome !== 'accepted') {
      return show(ctx, admin, email, [{ field: 'email', message: issueMessage(kit, ctx, issued) }], 422)
    }
    leaveNotice(ctx, 'inviteSent', revokePath(issued.inviteId))
    seeOther(ctx, '/admin')
  })
}
