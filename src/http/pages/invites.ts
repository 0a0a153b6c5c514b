import type Router from '@koa/router'
import { maskAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import type { RefusalCode } from '../../domain/refusals.ts'
import type { InviteView } from '../../projections/invites.ts'
import { startSession } from '../acts/device.ts'
import { redeemInviteToken } from '../acts/redeem.ts'
import { requestSignInLink } from '../acts/request-sign-in-link.ts'
import type { State } from '../context.ts'
import { Problem, problemOf, statusOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { type Ctx, deviceOf, type Kit, paramOf, seeOther, tokenPage } from './kit.ts'
import { enter } from './session.ts'
import { moment } from './words.ts'

const DEAD = {
  invite_not_found: 'unknown',
  invite_already_redeemed: 'redeemed',
  invite_revoked: 'revoked',
  invite_expired: 'expired',
  invite_replaced: 'replaced',
} as const satisfies Partial<Record<RefusalCode, string>>

const isDead = (code: RefusalCode): code is keyof typeof DEAD => Object.hasOwn(DEAD, code)

const refusalOf = (invite: InviteView | null): Refusal | null => {
  switch (invite?.state) {
    case undefined:
      return { code: 'invite_not_found' }
    case 'open':
      return null
    case 'redeemed':
      return { code: 'invite_already_redeemed' }
    case 'revoked':
      return { code: 'invite_revoked' }
    case 'replaced':
      return { code: 'invite_replaced' }
    case 'expired':
      return { code: 'invite_expired', details: { expiresAt: invite.expiresAt } }
  }
}

/** The landing page of an invite. Looking at it, by GET or HEAD, changes nothing; its one button redeems. */
export const invitePages = (router: Router<State>, kit: Kit): void => {
  const { house, guards, render, form, t } = kit

  const find = async (ctx: Ctx): Promise<InviteView | null> => {
    const id = house.links.readInviteToken(paramOf(ctx, 'token'))
    const invite = id === null ? null : await house.reads.invites.get(id, house.now())
    return invite?.email === null ? null : invite
  }

  const dead = (ctx: Ctx, refusal: Refusal, isOwn = false): void => {
    const { code, details } = refusal
    if (!isDead(code)) throw problemOf(refusal)
    const kind = DEAD[code]
    const expiresAt = details?.['expiresAt']
    render(
      ctx,
      'dead-link',
      {
        title: t(ctx, isOwn ? 'invite.dead.redeemed.ownTitle' : `invite.dead.${kind}.title`),
        text: isOwn
          ? t(ctx, 'invite.dead.redeemed.own')
          : t(ctx, `invite.dead.${kind}.text`, {
              date: typeof expiresAt === 'string' ? moment(ctx.state, expiresAt) : '',
            }),
        mailLinkUrl: kind === 'redeemed' && !isOwn ? `/invites/${paramOf(ctx, 'token')}/sign-in-link` : null,
        againUrl: null,
        againText: null,
      },
      statusOf(code),
    )
  }

  const inviterOf = async (ctx: Ctx, { issuedBy }: InviteView): Promise<string> => {
    const user = issuedBy.startsWith('user:')
      ? await house.reads.users.get(issuedBy.slice('user:'.length))
      : null
    return user?.name ?? t(ctx, 'invite.someone')
  }

  router.get('/invites/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const invite = await find(ctx)
    const refusal = refusalOf(invite)
    const who = ctx.state.principal
    if (!invite || refusal) {
      const isOwn = who !== null && invite?.redeemedUserId === who.user.id
      return dead(ctx, refusal ?? { code: 'invite_not_found' }, isOwn)
    }
    const address = maskAddress(invite.email ?? '')
    if (who) {
      return render(ctx, 'invite-other', {
        title: t(ctx, 'invite.other.title'),
        userLogin: who.user.email,
        address,
        next: ctx.path,
      })
    }
    const isDirect = house.settings.inviteLink === 'direct'
    render(ctx, 'invite', {
      title: t(ctx, 'invite.title'),
      lead: t(ctx, 'invite.lead', {
        inviter: await inviterOf(ctx, invite),
        service: house.inForce.known().brand.name,
      }),
      address,
      expiresAt: invite.expiresAt,
      attempt: newAttempt(house, guards.nameBrowser(ctx), ctx.path),
      isDirect,
      script: isDirect ? kit.assets['press.js'] : null,
    })
  })

  router.post('/invites/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const fields = await form(ctx)
    const sessionId = readAttempt(house, guards.browserName(ctx), ctx.path, fields['attempt'])
    if (sessionId === null) throw new Problem('csrf_failed')
    const who = ctx.state.principal
    if (who) return seeOther(ctx, who.session.id === sessionId ? '/' : ctx.path)
    const session = startSession(house, deviceOf(ctx), 'page', sessionId)
    const result = await redeemInviteToken(house, paramOf(ctx, 'token'), session, ctx.state.correlation)
    if (result.outcome === 'refused') return dead(ctx, result.refusal)
    await enter(house, ctx, result.sessionId)
    const user = await house.reads.users.get(result.userId)
    const mustChoose = house.settings.inviteCredentials === 'choose' && user?.credentialKind === 'none'
    seeOther(ctx, mustChoose ? '/password/change' : '/')
  })

  router.post('/invites/:token/sign-in-link', async (ctx: Ctx) => {
    tokenPage(ctx)
    await form(ctx)
    const invite = await find(ctx)
    if (invite?.state !== 'redeemed' || invite.email === null)
      return dead(ctx, refusalOf(invite) ?? { code: 'invite_not_found' })
    await mustHaveRoom(house, 'mail-client', clientOf(ctx.ip))
    await requestSignInLink(house, invite.email, ctx.state.correlation)
    render(ctx, 'link-mailed', {
      title: t(ctx, 'invite.mailed.title'),
      address: maskAddress(invite.email),
    })
  })
}
