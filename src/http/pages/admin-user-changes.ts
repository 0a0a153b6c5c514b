import type Router from '@koa/router'
import type { Refusal } from '../../domain/decision.ts'
import { localeSchema } from '../../domain/invites/events.ts'
import { endSessions } from '../../domain/sessions/end-sessions.ts'
import { logout } from '../../domain/sessions/logout.ts'
import { changeProfile } from '../../domain/users/change-profile.ts'
import { eraseUser } from '../../domain/users/erase-user.ts'
import { type Role, roleSchema } from '../../domain/users/events.ts'
import { grantRole } from '../../domain/users/grant-role.ts'
import { reinstateUser } from '../../domain/users/reinstate-user.ts'
import { revokeRole } from '../../domain/users/revoke-role.ts'
import { suspendUser } from '../../domain/users/suspend-user.ts'
import type { UserView } from '../../projections/users.ts'
import { resendVerification } from '../acts/verification.ts'
import { reasonSchema } from '../api/schemas.ts'
import type { Principal, State } from '../context.ts'
import type { Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { type Draft, findUser, type ShowUser, showErasure, showUser } from './admin-user.ts'
import { nameErrors } from './fields.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Fields,
  type Kit,
  paramOf,
  seeOther,
} from './kit.ts'
import { leaveNotice, type Notice } from './notices.ts'
import { proveAgain } from './step-up.ts'

const LIST = '/admin/users'

/** What an admin wishes about a user. */
type Wish = {
  readonly user: UserView
  readonly fields: Fields
  readonly admin: Principal
  readonly by: ReturnType<typeof byAdmin>
}

type Options = {
  /** What cannot be taken back asks for the admin's password, where it was not shown lately. */
  readonly isGrave?: (wish: Wish) => boolean
  /** Where what was typed wrongly is typed again. */
  readonly again?: ShowUser
  readonly back?: (ctx: Ctx) => string
  /** What is wrong with what was typed, and the draft that is shown again with it. */
  readonly check?: (ctx: Ctx, wish: Wish) => { errors: readonly FieldError[]; draft: Draft }
}

const roleOf = ({ fields }: Wish): Role => {
  const role = roleSchema.safeParse(fields['role'])
  if (!role.success) throw new Problem('invalid_input')
  return role.data
}

const reasonOf = ({ fields }: Wish): string | null => fields['reason']?.trim() || null

/** What admins change about a user. Auditors see the pages and change nothing; for anybody else they are not there. */
export const adminUserChanges = (router: Router<State>, kit: Kit): void => {
  const { house, form, t } = kit

  const change = (
    verb: string,
    notice: Notice,
    act: (wish: Wish) => Promise<Outcome | Refusal | null>,
    { back = (ctx) => `${LIST}/${paramOf(ctx, 'id')}`, check, isGrave, again = showUser }: Options = {},
  ) =>
    router.post(`${LIST}/:id/${verb}`, async (ctx: Ctx) => {
      const fields = await form(ctx)
      const admin = adminOf(ctx)
      if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
      if (!admin) return seeOther(ctx, '/')
      const wish = { user: await findUser(kit, ctx), fields, admin, by: byAdmin(ctx, admin) }
      const wrong = check?.(ctx, wish)
      if (wrong && wrong.errors.length > 0) return again(kit, ctx, wish.user, wrong, 422)
      const errors = isGrave?.(wish) ? await proveAgain(kit, ctx, admin, fields) : []
      if (errors.length > 0) return again(kit, ctx, wish.user, { errors }, 422)
      const result = await act(wish)
      const refusal =
        result && 'outcome' in result ? (result.outcome === 'refused' ? result.refusal : null) : result
      if (refusal) throw problemOf(refusal)
      leaveNotice(ctx, notice)
      seeOther(ctx, back(ctx))
    })

  change(
    'profile',
    'userChanged',
    ({ user, fields, by }) => {
      const locale = localeSchema.optional().safeParse(fields['locale'])
      if (!locale.success) throw new Problem('invalid_input')
      const name = (fields['name'] ?? '').trim()
      const news = { name: name === '' ? null : name, locale: locale.data ?? null }
      return house.execute(changeProfile, { userId: user.id, ...news }, by)
    },
    {
      check(ctx, { user, fields }) {
        const name = (fields['name'] ?? '').trim()
        const errors =
          name === '' && user.name !== null
            ? [{ field: 'name', label: t(ctx, 'users.name'), message: t(ctx, 'users.name.empty') }]
            : nameErrors(kit, ctx, name, 'users.name')
        return { errors, draft: { name: fields['name'] } }
      },
    },
  )

  change(
    'suspend',
    'userSuspended',
    (wish) => house.execute(suspendUser, { userId: wish.user.id, reason: reasonOf(wish) }, wish.by),
    {
      check(ctx, wish) {
        const reason = reasonOf(wish)
        const isFine = reason === null || reasonSchema.safeParse(reason).success
        const label = t(ctx, 'users.suspendReason')
        const errors = isFine ? [] : [{ field: 'reason', label, message: t(ctx, 'users.reason.wrong') }]
        return { errors, draft: { reason: wish.fields['reason'] } }
      },
    },
  )
  change('reinstate', 'userReinstated', ({ user, by }) =>
    house.execute(reinstateUser, { userId: user.id }, by),
  )

  change(
    'grant',
    'roleGranted',
    (wish) => {
      const grant = { userId: wish.user.id, role: roleOf(wish), enrol: null, newCredentialId: null }
      return house.execute(grantRole, grant, wish.by)
    },
    { isGrave: ({ fields }) => fields['role'] === 'admin' },
  )
  change('revoke', 'roleRevoked', (wish) => {
    const revocation = {
      userId: wish.user.id,
      role: roleOf(wish),
      keepSessionId: wish.admin.session.id,
    }
    return house.execute(revokeRole, revocation, wish.by)
  })

  change('verification', 'verificationSent', ({ user, by }) =>
    resendVerification(house, user.id, by.actor, by.correlation),
  )

  change('end-session', 'sessionEnded', async ({ user, fields, by }) => {
    const session = await house.reads.sessions.alive(fields['session'] ?? '', house.now())
    // What has ended is as good as ended; what belongs to somebody else is none of this page's business.
    return session?.userId === user.id ? house.execute(logout, { sessionId: session.id }, by) : null
  })
  change('end-sessions', 'sessionsEnded', ({ user, admin, by }) => {
    const except = user.id === admin.user.id ? admin.session.id : null
    return house.execute(endSessions, { userId: user.id, except, reason: 'signed-out-everywhere' }, by)
  })

  change(
    'erase',
    'userErased',
    ({ user, by }) => house.execute(eraseUser, { userId: user.id, email: user.email ?? '' }, by),
    { back: () => LIST, isGrave: () => true, again: showErasure },
  )
}
