import type Router from '@koa/router'
import { type Issued, issueInviteTo } from '../acts/issue.ts'
import type { State } from '../context.ts'
import { wordingOf } from '../problems.ts'
import { adminOf, type Ctx, type FieldError, type Kit, leaveNotice, seeOther } from './kit.ts'

const DAY_MS = 86_400_000

/** Why an address was not invited, in the reader's words. */
export const issueMessage = (
  kit: Kit,
  ctx: Ctx,
  issued: Exclude<Issued, { outcome: 'accepted' }>,
): string => {
  if (issued.outcome === 'refused') return wordingOf(issued.refusal.code, ctx.state.locale)
  if (issued.code === 'address_missing') return kit.t(ctx, 'field.required')
  return kit.t(ctx, issued.code === 'address_too_long' ? 'field.tooLong' : 'field.email')
}

export const defaultDays = (kit: Kit): number =>
  Math.max(1, Math.round(kit.house.settings.inviteTtlMs / DAY_MS))

/** The control panel: invite somebody at once, and how invites stand. */
export const adminPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = async (ctx: Ctx, email: string, errors: readonly FieldError[], status = 200) =>
    render(
      ctx,
      'admin',
      {
        title: t(ctx, 'admin.title'),
        section: 'home',
        email,
        errors,
        counts: Object.entries(await house.reads.invites.counts(house.now())).map(([state, count]) => ({
          state,
          count,
        })),
      },
      status,
    )

  router.get('/admin', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    await show(ctx, '', [])
  })

  router.post('/admin', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const email = fields['email'] ?? ''
    const wish = {
      email,
      role: 'member',
      locale: ctx.state.locale,
      ttlMs: house.settings.inviteTtlMs,
    } as const
    const issued = await issueInviteTo(house, wish, `user:${admin.user.id}`, ctx.state.correlation)
    if (issued.outcome !== 'accepted') {
      return show(ctx, email, [{ field: 'email', message: issueMessage(kit, ctx, issued) }], 422)
    }
    leaveNotice(ctx, 'inviteSent')
    seeOther(ctx, '/admin')
  })
}
