import type Router from '@koa/router'
import type { InviteState } from '../../domain/invites/invite.ts'
import { resendInvite } from '../../domain/invites/resend-invite.ts'
import { revokeInvite } from '../../domain/invites/revoke-invite.ts'
import type { InviteView } from '../../projections/invites.ts'
import { whyInvite } from '../acts/why.ts'
import type { Principal, State } from '../context.ts'
import type { Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { issueMessage, issuer, issuingAttempt, revokePath } from './admin.ts'
import { whyLine } from './admin-user-history.ts'
import { type Draft, draftOf, emptyDraft, readWish } from './invite-lines.ts'
import {
  adminOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Fields,
  type Kit,
  localPath,
  mayChange,
  paramOf,
  queryOf,
  seeOther,
  withQuery,
} from './kit.ts'
import { leaveNotice, type Notice } from './notices.ts'
import { plural } from './words.ts'

const LIST = '/admin/invites'
const PAGE = 25
const MANY_LIMIT = 256 * 1024
const MAX_REASON = 200
const STATES: readonly InviteState[] = ['open', 'redeemed', 'expired', 'revoked', 'replaced']

type LineResult = {
  readonly line: string
  readonly ok: boolean
  readonly message: string
  readonly inviteId?: string
}
type Form = {
  readonly draft: Draft
  readonly results?: readonly LineResult[]
  readonly errors?: readonly FieldError[]
}

/** The list of invites: issue one or many, find, resend, revoke. */
export const adminInvitePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const issuersOf = async (ctx: Ctx, invites: readonly InviteView[]): Promise<Map<string, string>> => {
    const names = new Map<string, string>()
    for (const { issuedBy } of invites) {
      if (names.has(issuedBy)) continue
      const user = issuedBy.startsWith('user:') ? await house.reads.users.get(issuedBy.slice(5)) : null
      const otherwise = issuedBy.startsWith('user:') ? 'invites.forgotten' : 'invites.operator'
      names.set(issuedBy, user?.name ?? user?.email ?? t(ctx, otherwise))
    }
    return names
  }

  const tabsOf = async (now: string, state: InviteState | undefined, search: string | undefined) => {
    const counts = await house.reads.invites.counts(now)
    const total = STATES.reduce((sum, one) => sum + counts[one], 0)
    // While something is searched for, the figures of everything would be beside the point.
    const tab = (name: InviteState | null, count: number) => ({
      name,
      count: search === undefined ? count : null,
      url: withQuery(LIST, { state: name ?? undefined, search }),
      isCurrent: (state ?? null) === name,
    })
    return { total, tabs: [tab(null, total), ...STATES.map((one) => tab(one, counts[one]))] }
  }

  const show = async (
    ctx: Ctx,
    admin: Principal,
    { draft, results = [], errors = [] }: Form,
    status = 200,
  ): Promise<void> => {
    const now = house.now()
    const canChange = mayChange(kit, ctx)
    const state = STATES.find((one) => one === queryOf(ctx, 'state'))
    const search = queryOf(ctx, 'search')
    const after = queryOf(ctx, 'after')
    const found = await house.reads.invites.list({ state, search }, { now, limit: PAGE + 1, after })
    const rows = found.slice(0, PAGE)
    const issuers = await issuersOf(ctx, rows)
    const { total, tabs } = await tabsOf(now, state, search)
    render(
      ctx,
      'admin-invites',
      {
        title: t(ctx, 'admin.invites'),
        section: 'invites',
        draft,
        attempt: issuingAttempt(kit, admin),
        results,
        summary: plural(ctx.state.locale, 'issued', results.filter(({ ok }) => ok).length),
        errors,
        canChange,
        isFormOpen: results.length > 0 || errors.length > 0 || total === 0,
        search: search ?? '',
        state: state ?? null,
        tabs,
        invites: await Promise.all(
          rows.map(async (invite) => ({
            ...invite,
            issuer: issuers.get(invite.issuedBy),
            canChange: canChange && (invite.state === 'open' || invite.state === 'expired'),
            why: invite.state === 'open' ? null : await whyLine(kit, ctx, await whyInvite(house, invite.id)),
          })),
        ),
        here: withQuery(LIST, { state, search, after }),
        olderUrl: found.length > PAGE ? withQuery(LIST, { state, search, after: rows.at(-1)?.id }) : null,
        newestUrl: after ? withQuery(LIST, { state, search }) : null,
      },
      status,
    )
  }

  router.get(LIST, async (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    await show(ctx, admin, { draft: emptyDraft(house, ctx.state.locale) })
  })

  router.post(LIST, async (ctx: Ctx) => {
    const fields = await form(ctx, MANY_LIMIT)
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const draft = draftOf(house, ctx.state.locale, fields)
    const wish = readWish(draft)
    if ('wrong' in wish) {
      const message = (field: string) =>
        t(ctx, field === 'addresses' ? 'field.required' : field === 'days' ? 'field.days' : 'field.invalid')
      const errors = wish.wrong.map((field) => ({ field, message: message(field) }))
      return show(ctx, admin, { draft, errors }, 422)
    }
    const issue = issuer(kit, ctx, admin, fields['attempt'])
    const results = await Promise.all(
      wish.lines.map(async (line): Promise<LineResult> => {
        const issued = await issue({ ...wish, email: line })
        return issued.outcome === 'accepted'
          ? { line, ok: true, message: t(ctx, 'admin.result.sent'), inviteId: issued.inviteId }
          : { line, ok: false, message: issueMessage(kit, ctx, issued) }
      }),
    )
    const [only, ...others] = results
    if (only?.inviteId && others.length === 0 && wish.rest.length === 0) {
      leaveNotice(ctx, 'inviteSent', revokePath(only.inviteId))
      return seeOther(ctx, LIST)
    }
    // What did not work stays in the box, so that it can be mended and sent again; what worked is gone from it.
    const left = [...results.filter(({ ok }) => !ok).map(({ line }) => line), ...wish.rest]
    const next = { ...draft, addresses: left.join('\n') }
    await show(ctx, admin, { draft: next, results }, left.length > 0 ? 422 : 200)
  })

  const change = (
    verb: string,
    notice: Notice,
    act: (inviteId: string, fields: Fields, by: ReturnType<typeof byAdmin>) => Promise<Outcome>,
  ) =>
    router.post(`${LIST}/:id/${verb}`, async (ctx: Ctx) => {
      const fields = await form(ctx)
      const admin = adminOf(ctx)
      if (!admin) return seeOther(ctx, '/')
      const outcome = await act(paramOf(ctx, 'id'), fields, byAdmin(ctx, admin))
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      leaveNotice(ctx, notice)
      seeOther(ctx, localPath(fields['back'], house.settings.publicUrl, LIST))
    })

  change('resend', 'inviteResent', (inviteId, _, by) => {
    const expiresAt = new Date(Date.parse(house.now()) + house.inForce.known().inviteTtlMs).toISOString()
    return house.execute(resendInvite, { inviteId, expiresAt }, by)
  })

  change('revoke', 'inviteRevoked', (inviteId, fields, by) => {
    const reason = fields['reason']?.trim() || null
    if (reason !== null && reason.length > MAX_REASON) throw new Problem('invalid_input')
    return house.execute(revokeInvite, { inviteId, reason }, by)
  })
}
