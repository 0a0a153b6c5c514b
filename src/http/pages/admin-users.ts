import type Router from '@koa/router'
import { z } from 'zod'
import { ulidSchema } from '../../domain/event.ts'
import { roleSchema } from '../../domain/users/events.ts'
import { stateOf, userStates } from '../../projections/users.ts'
import { rolesOf } from '../api/schemas.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { findUser, showErasure, showUser } from './admin-user.ts'
import { adminOf, auditorOf, type Ctx, type Kit, mayChange, queryOf, seeOther, withQuery } from './kit.ts'

const LIST = '/admin/users'
const PAGE = 25
const DAY_MS = 86_400_000

const dayOf = (text: string | undefined): string | undefined => z.iso.date().safeParse(text).data
const startOf = (day: string | undefined) => day && new Date(day).toISOString()
const endOf = (day: string | undefined) => day && new Date(Date.parse(day) + DAY_MS).toISOString()

/** What the address of the list asks for; what can't be meant is left out. */
const questionOf = (ctx: Ctx) => ({
  search: queryOf(ctx, 'search'),
  state: z.enum(userStates).safeParse(queryOf(ctx, 'state')).data,
  role: roleSchema.safeParse(queryOf(ctx, 'role')).data,
  since: dayOf(queryOf(ctx, 'since')),
  until: dayOf(queryOf(ctx, 'until')),
})

/** The list of users, and each one's page, for admins and auditors. Nobody is created here. */
export const adminUserPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get(LIST, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const question = questionOf(ctx)
    const { search, state, role, since, until } = question
    const after = ulidSchema.safeParse(queryOf(ctx, 'after')).data
    const filter = { search, state, role, registeredSince: startOf(since), registeredBefore: endOf(until) }
    const found = await house.reads.users.list(filter, { limit: PAGE + 1, after })
    const users = found.slice(0, PAGE)
    render(ctx, 'admin-users', {
      title: t(ctx, 'admin.users'),
      section: 'users',
      search: search ?? '',
      role: role ?? '',
      state: state ?? null,
      since: since ?? '',
      until: until ?? '',
      hasMore: role !== undefined || since !== undefined || until !== undefined,
      isFiltered: Object.values(question).some((one) => one !== undefined),
      tabs: [null, ...userStates].map((name) => ({
        name,
        url: withQuery(LIST, { ...question, state: name ?? undefined }),
        isCurrent: name === (state ?? null),
      })),
      users: users.map((user) => ({ ...user, state: stateOf(user), allRoles: rolesOf(user) })),
      olderUrl: found.length > PAGE ? withQuery(LIST, { ...question, after: users.at(-1)?.id }) : null,
      newestUrl: after ? withQuery(LIST, question) : null,
    })
  })

  router.get(`${LIST}/:id`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    await showUser(kit, ctx, await findUser(kit, ctx))
  })

  router.get(`${LIST}/:id/erase`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    if (!adminOf(ctx)) throw new Problem('forbidden')
    if (!mayChange(kit, ctx)) throw new Problem('read_only')
    await showErasure(kit, ctx, await findUser(kit, ctx))
  })
}
