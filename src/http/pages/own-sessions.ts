import type Router from '@koa/router'
import { ulidSchema } from '../../domain/event.ts'
import type { LoginView } from '../../projections/logins.ts'
import { endOwnSession, endOwnSessions, loginsOf, sessionsOf } from '../acts/own-sessions.ts'
import type { Principal, State } from '../context.ts'
import { Problem, problemOf } from '../problems.ts'
import { deviceWords } from './device-words.ts'
import { type Ctx, type Kit, queryOf, seeOther, withQuery } from './kit.ts'
import { leaveNotice } from './notices.ts'

const PATH = '/profile/sessions'
const MAX_SESSIONS = 100
const PAGE = 20

/** A line of the login history as it is shown. */
export const loginLine = (ctx: Ctx, login: LoginView) => ({
  ...login,
  device: deviceWords(ctx.state.locale, login.userAgent),
})

/** Where a user is signed in, who signed in as them, and the ways to end that. */
export const ownSessionPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const linesOf = async (ctx: Ctx, { user, session: current }: Principal) => {
    const owner = { userId: user.id, roles: user.roles }
    const sessions = await sessionsOf(house, owner, { limit: MAX_SESSIONS })
    return sessions
      .map((session) => ({
        ...session,
        isCurrent: session.id === current.id,
        device: deviceWords(ctx.state.locale, session.userAgent),
      }))
      .toSorted((a, b) =>
        a.isCurrent === b.isCurrent ? b.lastUsedAt.localeCompare(a.lastUsedAt) : a.isCurrent ? -1 : 1,
      )
  }

  router.get(PATH, async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    const before = ulidSchema.safeParse(queryOf(ctx, 'before')).data
    const sessions = await linesOf(ctx, who)
    const found = await loginsOf(house, who.user.id, { limit: PAGE + 1, before })
    const logins = found.slice(0, PAGE)
    render(ctx, 'profile-sessions', {
      title: t(ctx, 'profile.sessions'),
      sessions,
      hasOthers: sessions.some(({ isCurrent }) => !isCurrent),
      logins: logins.map((login) => loginLine(ctx, login)),
      olderUrl: found.length > PAGE ? withQuery(PATH, { before: logins.at(-1)?.id }) : null,
      newestUrl: before ? PATH : null,
    })
  })

  router.post(`${PATH}/end`, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    const outcome = await endOwnSession(house, who.user.id, fields['session'] ?? '', ctx.state.correlation)
    if (!outcome) throw new Problem('session_not_found')
    if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
    leaveNotice(ctx, 'sessionEnded')
    seeOther(ctx, PATH)
  })

  router.post(`${PATH}/end-others`, async (ctx: Ctx) => {
    await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    const outcome = await endOwnSessions(house, who.user.id, who.session.id, ctx.state.correlation)
    if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
    leaveNotice(ctx, 'sessionsEnded')
    seeOther(ctx, PATH)
  })
}
