import type { Actor } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { referralCodeTag } from '../../domain/referrals/events.ts'
import { roleSchema, userTag } from '../../domain/users/events.ts'
import { stateOf, type UserView } from '../../projections/users.ts'
import { loginsOf } from '../acts/own-sessions.ts'
import { whySessions, whyUser } from '../acts/why.ts'
import { rolesOf } from '../api/schemas.ts'
import { Problem } from '../problems.ts'
import { historyLines, whyLine } from './admin-user-history.ts'
import { deviceWords } from './device-words.ts'
import { erasureLines } from './erasure-lines.ts'
import { mailName } from './event-words.ts'
import { adminOf, type Ctx, type FieldError, type Kit, mayChange, paramOf, withQuery } from './kit.ts'
import { loginLine } from './own-sessions.ts'
import { peopleOf } from './people.ts'
import { saidOutside } from './said-outside.ts'
import { mustProve } from './step-up.ts'

/** How much of each list a user's page shows. */
const SHOWN = { sessions: 20, logins: 10, invites: 10, mails: 10, history: 10 }

export const findUser = async ({ house }: Kit, ctx: Ctx): Promise<UserView> => {
  const user = await house.reads.users.get(paramOf(ctx, 'id'))
  if (!user) throw new Problem('user_not_found')
  return user
}

/** What was typed and has to be typed again. */
export type Draft = { readonly name?: string | undefined; readonly reason?: string | undefined }

const sessionsOf = async ({ house }: Kit, ctx: Ctx, userId: string) => {
  const now = house.now()
  const sessions = await house.reads.sessions.ofUser(userId, SHOWN.sessions)
  const causes = await whySessions(house, userId)
  const lineOf = (id: string) => causes.get(id)?.position ?? null
  return sessions.map((session) => ({
    ...session,
    device: deviceWords(ctx.state.locale, session.userAgent),
    why: lineOf(session.id),
    isAlive: session.endedAt === null && session.expiresAt > now,
    isCurrent: session.id === ctx.state.principal?.session.id,
    end: session.endedAt ?? session.expiresAt,
  }))
}

/** What was mailed to a user, beginning with the invite that made them. */
const mailsOf = async ({ house }: Kit, ctx: Ctx, { id, inviteId }: UserView) => {
  const about = [userTag(id), ...(inviteId === null ? [] : [inviteTag(inviteId)])]
  const mails = await house.reads.mails.about(about, SHOWN.mails)
  return mails.map((mail) => ({ ...mail, name: mailName(ctx.state.locale, mail.template) }))
}

const whyOf = async (kit: Kit, ctx: Ctx, userId: string) => {
  const { state, verified, roles, verification, referralCode, referrer } = await whyUser(kit.house, userId)
  const referrerTag = referrer?.type === 'UserReferred' ? (userTag(referrer.data.referrerId) as Actor) : null
  return {
    verification: await whyLine(kit, ctx, verification),
    referralCode: await whyLine(kit, ctx, referralCode),
    codeUrl:
      referralCode && 'codeId' in referralCode.data
        ? withQuery('/history', { tag: referralCodeTag(referralCode.data.codeId) })
        : null,
    referrer: await whyLine(kit, ctx, referrer),
    broughtBy: referrerTag && ((await peopleOf(kit, ctx, [referrerTag])).get(referrerTag) ?? null),
    state: await whyLine(kit, ctx, state),
    verified: await whyLine(kit, ctx, verified),
    roles: await Promise.all(
      roles.map(async ({ role, cause }) => ({ role, line: await whyLine(kit, ctx, cause) })),
    ),
  }
}

type Again = { readonly draft?: Draft; readonly errors?: readonly FieldError[] }
/** Shows a user, or what an admin is about to do to them; again with what was typed wrongly. */
export type ShowUser = (kit: Kit, ctx: Ctx, user: UserView, again?: Again, status?: number) => Promise<void>

/** One user's page: who it is, how they came, what they did; and for admins, what may be changed. */
export const showUser = async (
  kit: Kit,
  ctx: Ctx,
  user: UserView,
  { draft = {}, errors = [] }: Again = {},
  status = 200,
): Promise<void> => {
  const { house, render } = kit
  const now = house.now()
  const admin = adminOf(ctx)
  const invite = user.inviteId === null ? null : await house.reads.invites.get(user.inviteId, now)
  const issued = { issuedBy: userTag(user.id) }
  const sessions = await sessionsOf(kit, ctx, user.id)
  const logins = await loginsOf(house, user.id, { limit: SHOWN.logins })
  const history = await house.history.newestAbout(userTag(user.id), { limit: SHOWN.history })
  render(
    ctx,
    'admin-user',
    {
      title: user.name ?? user.email ?? user.id,
      section: 'users',
      canChange: mayChange(kit, ctx),
      isForgotten: user.email === null,
      user,
      state: stateOf(user),
      roles: rolesOf(user),
      why: await whyOf(kit, ctx, user.id),
      outside: await saidOutside(kit, user.id),
      grantable: roleSchema.options.map((role) => ({
        role,
        isHeld: user.roles.includes(role),
        mustProve: role === 'admin' && admin !== null && mustProve(house, ctx, admin),
      })),
      isUnproven: errors.some(({ field }) => field === 'current'),
      inviteUrl: admin && invite && `/admin/invites/${invite.id}`,
      draftName: draft.name ?? user.name ?? '',
      draftReason: draft.reason ?? '',
      errors,
      sessions,
      logins: logins.map((login) => loginLine(ctx, login)),
      hasLivingSessions: sessions.some(({ isAlive, isCurrent }) => isAlive && !isCurrent),
      invites: await house.reads.invites.list(issued, { now, limit: SHOWN.invites }),
      mails: await mailsOf(kit, ctx, user),
      history: await historyLines(kit, ctx, history),
      isSelf: user.id === ctx.state.principal?.user.id,
    },
    status,
  )
}

/** The page that says what will be gone, before it is. */
export const showErasure = async (
  kit: Kit,
  ctx: Ctx,
  user: UserView,
  { errors = [] }: Again = {},
  status = 200,
): Promise<void> => {
  const { house, render, t } = kit
  const admin = adminOf(ctx)
  render(
    ctx,
    'admin-user-erase',
    {
      title: t(ctx, 'users.erase.title', { who: user.name ?? user.email ?? user.id }),
      section: 'users',
      user,
      preview: await erasureLines(kit, ctx, user),
      errors,
      mustProve: admin !== null && mustProve(house, ctx, admin),
    },
    status,
  )
}
