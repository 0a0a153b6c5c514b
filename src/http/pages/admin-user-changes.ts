import type Router from '@koa/router'
import { localeSchema } from '../../domain/invites/events.ts'
import { changeProfile, nameSchema } from '../../domain/users/change-profile.ts'
import { eraseUser } from '../../domain/users/erase-user.ts'
import { grantRole } from '../../domain/users/grant-role.ts'
import { reinstateUser } from '../../domain/users/reinstate-user.ts'
import { suspendUser } from '../../domain/users/suspend-user.ts'
import type { UserView } from '../../projections/users.ts'
import type { State } from '../context.ts'
import type { Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { findUser, showUser } from './admin-users.ts'
import { adminOf, byAdmin, type Ctx, type Fields, type Kit, paramOf, seeOther } from './kit.ts'
import { leaveNotice, type Notice } from './notices.ts'
import type { TextKey } from './texts/en.ts'

const LIST = '/admin/users'

/** What is wrong with a new name: null for nothing. A name can be changed, but not taken away. */
const nameProblem = (draft: string, user: UserView): TextKey | null => {
  if (draft.trim() === '') return user.name === null ? null : 'users.name.empty'
  const issue = nameSchema.safeParse(draft).error?.issues[0]
  if (!issue) return null
  if (issue.code === 'too_big') return 'field.tooLong'
  return issue.message === 'name_looks_like_a_link' ? 'users.name.link' : 'users.name.control'
}

/** What admins change about a user: name and language, suspension, the admin role, existence. */
export const adminUserChanges = (router: Router<State>, kit: Kit): void => {
  const { house, form, t } = kit

  const change = (
    verb: string,
    notice: Notice,
    act: (user: UserView, by: ReturnType<typeof byAdmin>, fields: Fields) => Promise<Outcome>,
    {
      back = (ctx: Ctx) => `${LIST}/${paramOf(ctx, 'id')}`,
      problem = (): TextKey | null => null,
    }: {
      readonly back?: (ctx: Ctx) => string
      /** What is wrong with the field `name`, for the only form that has one. */
      readonly problem?: (user: UserView, fields: Fields) => TextKey | null
    } = {},
  ) =>
    router.post(`${LIST}/:id/${verb}`, async (ctx: Ctx) => {
      const fields = await form(ctx)
      const admin = adminOf(ctx)
      if (!admin) return seeOther(ctx, '/')
      const user = await findUser(kit, ctx)
      const wrong = problem(user, fields)
      if (wrong) {
        const errors = [{ field: 'name', message: t(ctx, wrong) }]
        return showUser(kit, ctx, user, { draftName: fields['name'] ?? '', errors, status: 422 })
      }
      const outcome = await act(user, byAdmin(ctx, admin), fields)
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      leaveNotice(ctx, notice)
      seeOther(ctx, back(ctx))
    })

  change(
    'profile',
    'userChanged',
    (user, by, fields) => {
      const name = (fields['name'] ?? '').trim()
      const locale = localeSchema.optional().safeParse(fields['locale'])
      if (!locale.success) throw new Problem('invalid_input')
      // Only what differs is a fact worth keeping.
      return house.execute(
        changeProfile,
        {
          userId: user.id,
          name: name === '' || name === user.name ? null : name,
          locale: locale.data === user.locale ? null : (locale.data ?? null),
        },
        by,
      )
    },
    { problem: (user, fields) => nameProblem(fields['name'] ?? '', user) },
  )
  change('suspend', 'userSuspended', ({ id }, by) =>
    house.execute(suspendUser, { userId: id, reason: null }, by),
  )
  change('reinstate', 'userReinstated', ({ id }, by) => house.execute(reinstateUser, { userId: id }, by))
  change('admin', 'roleGranted', ({ id }, by) =>
    house.execute(grantRole, { userId: id, role: 'admin', enrol: null, newCredentialId: null }, by),
  )
  change(
    'erase',
    'userErased',
    ({ id, email }, by) => house.execute(eraseUser, { userId: id, email: email ?? '' }, by),
    { back: () => LIST },
  )
}
