import type Router from '@koa/router'
import { localeSchema } from '../../domain/invites/events.ts'
import type { InviteState } from '../../domain/invites/invite.ts'
import { resendInvite } from '../../domain/invites/resend-invite.ts'
import { revokeInvite } from '../../domain/invites/revoke-invite.ts'
import { issueInviteTo } from '../acts/issue.ts'
import type { State } from '../context.ts'
import { problemOf } from '../problems.ts'
import { defaultDays, issueMessage } from './admin.ts'
import { adminOf, type Ctx, type Kit, leaveNotice, type Notice, paramOf, queryOf, seeOther } from './kit.ts'

const PAGE = 25
const MANY_LIMIT = 256 * 1024
const MAX_LINES = 1000
const DAY_MS = 86_400_000
const STATES: readonly InviteState[] = ['open', 'redeemed', 'expired', 'revoked', 'replaced']

type LineResult = { readonly line: string; readonly ok: boolean; readonly message: string }
type Draft = {
  readonly addresses: string
  readonly role: 'member' | 'auditor'
  readonly locale: 'en' | 'ru'
  readonly days: number
}

/** The list of invites: issue one or many, find, resend, revoke. */
export const adminInvitePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const nameOf = async (ctx: Ctx, actor: string): Promise<string> => {
    if (!actor.startsWith('user:')) return t(ctx, 'invites.operator')
    const user = await house.reads.users.get(actor.slice('user:'.length))
    return user?.name ?? user?.email ?? t(ctx, 'invites.forgotten')
  }

  const show = async (
    ctx: Ctx,
    draft: Draft,
    results: readonly LineResult[],
    status = 200,
  ): Promise<void> => {
    const now = house.now()
    const state = STATES.find((one) => one === queryOf(ctx, 'state'))
    const search = queryOf(ctx, 'search')
    const found = await house.reads.invites.list(
      { state, search },
      { now, limit: PAGE + 1, after: queryOf(ctx, 'after') },
    )
    const counts = await house.reads.invites.counts(now)
    const rows = found.slice(0, PAGE)
    const issuers = new Map<string, string>()
    for (const { issuedBy } of rows)
      if (!issuers.has(issuedBy)) issuers.set(issuedBy, await nameOf(ctx, issuedBy))
    const link = (query: Record<string, string | undefined>) => {
      const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
      const text = new URLSearchParams(given).toString()
      return `/admin/invites${text === '' ? '' : `?${text}`}`
    }
    render(
      ctx,
      'admin-invites',
      {
        title: t(ctx, 'admin.invites'),
        section: 'invites',
        draft,
        results,
        search: search ?? '',
        state: state ?? null,
        tabs: [
          {
            name: null,
            count: STATES.reduce((sum, one) => sum + counts[one], 0),
            url: link({ search }),
            current: state === undefined,
          },
          ...STATES.map((name) => ({
            name,
            count: counts[name],
            url: link({ state: name, search }),
            current: state === name,
          })),
        ],
        invites: rows.map((invite) => ({
          ...invite,
          issuer: issuers.get(invite.issuedBy),
          canChange: invite.state === 'open' || invite.state === 'expired',
        })),
        olderUrl: found.length > PAGE ? link({ state, search, after: rows.at(-1)?.id }) : null,
        newestUrl: queryOf(ctx, 'after') ? link({ state, search }) : null,
      },
      status,
    )
  }

  const empty = (ctx: Ctx): Draft => ({
    addresses: '',
    role: 'member',
    locale: ctx.state.locale,
    days: defaultDays(kit),
  })

  router.get('/admin/invites', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    await show(ctx, empty(ctx), [])
  })

  router.post('/admin/invites', async (ctx: Ctx) => {
    const fields = await form(ctx, MANY_LIMIT)
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const lines = (fields['addresses'] ?? '')
      .split(/[\r\n,;]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const role = fields['role'] === 'auditor' ? 'auditor' : 'member'
    const locale = localeSchema.catch(ctx.state.locale).parse(fields['locale'])
    const days = Math.min(365, Math.max(1, Number.parseInt(fields['days'] ?? '', 10) || defaultDays(kit)))
    const issue = async (email: string): Promise<LineResult> => {
      const wish = { email, role, locale, ttlMs: days * DAY_MS } as const
      const issued = await issueInviteTo(house, wish, `user:${admin.user.id}`, ctx.state.correlation)
      return issued.outcome === 'accepted'
        ? { line: email, ok: true, message: t(ctx, 'admin.result.sent') }
        : { line: email, ok: false, message: issueMessage(kit, ctx, issued) }
    }
    const todo = [...new Set(lines.length === 0 ? [''] : lines)]
    const results = await Promise.all(todo.slice(0, MAX_LINES).map(issue))
    if (results.length === 1 && results[0]?.ok) {
      leaveNotice(ctx, 'inviteSent')
      return seeOther(ctx, '/admin/invites')
    }
    // What did not work stays in the box, so that it can be mended and sent again; what worked is gone from it.
    const left = [...results.filter(({ ok }) => !ok).map(({ line }) => line), ...todo.slice(MAX_LINES)]
    await show(ctx, { addresses: left.join('\n'), role, locale, days }, results, left.length > 0 ? 422 : 200)
  })

  const change = (
    path: string,
    notice: Notice,
    act: (
      ctx: Ctx,
      inviteId: string,
      fields: Readonly<Record<string, string>>,
    ) => ReturnType<typeof house.execute>,
  ) =>
    router.post(path, async (ctx: Ctx) => {
      const fields = await form(ctx)
      if (!adminOf(ctx)) return seeOther(ctx, '/')
      const outcome = await act(ctx, paramOf(ctx, 'id'), fields)
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      leaveNotice(ctx, notice)
      seeOther(ctx, '/admin/invites')
    })

  const by = (ctx: Ctx) =>
    ({ actor: `user:${ctx.state.principal?.user.id ?? ''}`, correlation: ctx.state.correlation }) as const

  change('/admin/invites/:id/resend', 'inviteResent', (ctx, inviteId) => {
    const expiresAt = new Date(Date.parse(house.now()) + house.settings.inviteTtlMs).toISOString()
    return house.execute(resendInvite, { inviteId, expiresAt }, by(ctx))
  })

  change('/admin/invites/:id/revoke', 'inviteRevoked', (ctx, inviteId, fields) =>
    house.execute(
      revokeInvite,
      { inviteId, reason: fields['reason']?.trim().slice(0, 200) || null },
      by(ctx),
    ),
  )
}
