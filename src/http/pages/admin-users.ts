import type Router from '@koa/router'
import { localeSchema } from '../../domain/invites/events.ts'
import { changeProfile, nameSchema } from '../../domain/users/change-profile.ts'
import { eraseUser } from '../../domain/users/erase-user.ts'
import { roleSchema } from '../../domain/users/events.ts'
import { grantRole } from '../../domain/users/grant-role.ts'
import { reinstateUser } from '../../domain/users/reinstate-user.ts'
import { suspendUser } from '../../domain/users/suspend-user.ts'
import type { UserView } from '../../projections/users.ts'
import type { State } from '../context.ts'
import type { Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import {
  adminOf,
  type Ctx,
  type FieldError,
  type Kit,
  leaveNotice,
  type Notice,
  paramOf,
  queryOf,
  seeOther,
} from './kit.ts'

const PAGE = 25
const SESSIONS = 20

/** The list of users and one user's page: edit, suspend, erase. Users come by invite; nobody is created here. */
export const adminUserPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const find = async (ctx: Ctx): Promise<UserView> => {
    const user = await house.reads.users.get(paramOf(ctx, 'id'))
    if (!user) throw new Problem('user_not_found')
    return user
  }

  const by = (ctx: Ctx) =>
    ({ actor: `user:${ctx.state.principal?.user.id ?? ''}`, correlation: ctx.state.correlation }) as const

  const showUser = async (
    ctx: Ctx,
    user: UserView,
    draftName: string,
    errors: readonly FieldError[],
    status = 200,
  ) => {
    const now = house.now()
    const sessions = await house.reads.sessions.ofUser(user.id, SESSIONS)
    render(
      ctx,
      'admin-user',
      {
        title: user.name ?? user.email ?? user.id,
        section: 'users',
        user,
        roles: ['member', ...user.roles],
        draftName,
        errors,
        sessions: sessions.map((session) => ({
          ...session,
          alive: session.endedAt === null && session.expiresAt > now,
        })),
        isAdminUser: user.roles.includes('admin'),
      },
      status,
    )
  }

  router.get('/admin/users', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const search = queryOf(ctx, 'search')
    const role = roleSchema.safeParse(queryOf(ctx, 'role')).data
    const found = await house.reads.users.list(
      { search, role },
      { limit: PAGE + 1, after: queryOf(ctx, 'after') },
    )
    const users = found.slice(0, PAGE)
    const query = new URLSearchParams({
      ...(search === undefined ? {} : { search }),
      ...(role === undefined ? {} : { role }),
    })
    const older = new URLSearchParams(query)
    older.set('after', users.at(-1)?.id ?? '')
    render(ctx, 'admin-users', {
      title: t(ctx, 'admin.users'),
      section: 'users',
      search: search ?? '',
      role: role ?? '',
      users,
      olderUrl: found.length > PAGE ? `/admin/users?${older.toString()}` : null,
      newestUrl: queryOf(ctx, 'after') ? `/admin/users?${query.toString()}` : null,
    })
  })

  router.get('/admin/users/:id', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const user = await find(ctx)
    await showUser(ctx, user, user.name ?? '', [])
  })

  router.post('/admin/users/:id/profile', async (ctx: Ctx) => {
    const fields = await form(ctx)
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const user = await find(ctx)
    const draft = fields['name'] ?? ''
    const name = draft.trim() === '' ? ({ success: true, data: null } as const) : nameSchema.safeParse(draft)
    if (!name.success) {
      return showUser(ctx, user, draft, [{ field: 'name', message: t(ctx, 'field.invalid') }], 422)
    }
    const locale = localeSchema.safeParse(fields['locale']).data ?? null
    settle(
      ctx,
      'userChanged',
      await house.execute(changeProfile, { userId: user.id, name: name.data, locale }, by(ctx)),
    )
  })

  const settle = (
    ctx: Ctx,
    notice: Notice,
    outcome: Outcome,
    back = `/admin/users/${paramOf(ctx, 'id')}`,
  ): void => {
    if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
    leaveNotice(ctx, notice)
    seeOther(ctx, back)
  }

  const change = (
    verb: string,
    notice: Notice,
    act: (ctx: Ctx, user: UserView) => Promise<Outcome>,
    back?: string,
  ) =>
    router.post(`/admin/users/:id/${verb}`, async (ctx: Ctx) => {
      await form(ctx)
      if (!adminOf(ctx)) return seeOther(ctx, '/')
      settle(ctx, notice, await act(ctx, await find(ctx)), back)
    })

  change('suspend', 'userSuspended', (ctx, { id }) =>
    house.execute(suspendUser, { userId: id, reason: null }, by(ctx)),
  )
  change('reinstate', 'userReinstated', (ctx, { id }) =>
    house.execute(reinstateUser, { userId: id }, by(ctx)),
  )
  change('admin', 'roleGranted', (ctx, { id }) =>
    house.execute(grantRole, { userId: id, role: 'admin', enrol: null, newCredentialId: null }, by(ctx)),
  )
  change(
    'erase',
    'userErased',
    (ctx, { id, email }) => house.execute(eraseUser, { userId: id, email: email ?? '' }, by(ctx)),
    '/admin/users',
  )

  router.get('/admin/users/:id/erase', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const user = await find(ctx)
    render(ctx, 'admin-user-erase', {
      title: t(ctx, 'users.erase.title', { who: user.name ?? user.email }),
      section: 'users',
      user,
    })
  })
}
