import type Router from '@koa/router'
import { roleSchema } from '../../domain/users/events.ts'
import type { UserView } from '../../projections/users.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { adminOf, type Ctx, type FieldError, type Kit, paramOf, queryOf, seeOther, withQuery } from './kit.ts'

const LIST = '/admin/users'
const PAGE = 25
const SESSIONS = 20

export const findUser = async ({ house }: Kit, ctx: Ctx): Promise<UserView> => {
  const user = await house.reads.users.get(paramOf(ctx, 'id'))
  if (!user) throw new Problem('user_not_found')
  return user
}

/** One user's page: who it is, how they came, their sessions, and what an admin may change. */
export const showUser = async (
  { house, render }: Kit,
  ctx: Ctx,
  user: UserView,
  {
    draftName = user.name ?? '',
    errors = [],
    status = 200,
  }: { draftName?: string; errors?: readonly FieldError[]; status?: number } = {},
): Promise<void> => {
  const now = house.now()
  const sessions = await house.reads.sessions.ofUser(user.id, SESSIONS)
  const invite = user.inviteId === null ? null : await house.reads.invites.get(user.inviteId, now)
  render(
    ctx,
    'admin-user',
    {
      title: user.name ?? user.email ?? user.id,
      section: 'users',
      user,
      roles: ['member', ...user.roles],
      inviteUrl: invite && withQuery('/admin/invites', { search: invite.id }),
      draftName,
      errors,
      sessions: sessions.map((session) => ({
        ...session,
        isAlive: session.endedAt === null && session.expiresAt > now,
        end: session.endedAt ?? session.expiresAt,
      })),
      isAdminUser: user.roles.includes('admin'),
      isSelf: user.id === ctx.state.principal?.user.id,
    },
    status,
  )
}

/** The list of users, and each one's page. Users come by invite; nobody is created here. */
export const adminUserPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get(LIST, async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const search = queryOf(ctx, 'search')
    const role = roleSchema.safeParse(queryOf(ctx, 'role')).data
    const after = queryOf(ctx, 'after')
    const found = await house.reads.users.list({ search, role }, { limit: PAGE + 1, after })
    const users = found.slice(0, PAGE)
    render(ctx, 'admin-users', {
      title: t(ctx, 'admin.users'),
      section: 'users',
      search: search ?? '',
      role: role ?? '',
      isFiltered: search !== undefined || role !== undefined,
      users,
      olderUrl: found.length > PAGE ? withQuery(LIST, { search, role, after: users.at(-1)?.id }) : null,
      newestUrl: after ? withQuery(LIST, { search, role }) : null,
    })
  })

  router.get(`${LIST}/:id`, async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    await showUser(kit, ctx, await findUser(kit, ctx))
  })

  router.get(`${LIST}/:id/erase`, async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const user = await findUser(kit, ctx)
    render(ctx, 'admin-user-erase', {
      title: t(ctx, 'users.erase.title', { who: user.name ?? user.email ?? user.id }),
      section: 'users',
      user,
    })
  })
}
