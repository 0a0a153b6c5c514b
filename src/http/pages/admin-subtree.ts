import type Router from '@koa/router'
import type { Branch } from '../../projections/referrals.ts'
import { stateOf, type UserView } from '../../projections/users.ts'
import { previewSubtree, reinstateSubtreeOf, type Subtree, suspendSubtreeOf } from '../acts/subtrees.ts'
import { whyBatch } from '../acts/why.ts'
import { reasonSchema } from '../api/schemas.ts'
import type { State } from '../context.ts'
import { Problem, problemOf, statusOf, wordingOf } from '../problems.ts'
import { whyLine } from './admin-user-history.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Kit,
  mayChange,
  paramOf,
  seeOther,
  withQuery,
} from './kit.ts'
import { leaveNotice } from './notices.ts'
import { peopleOf } from './people.ts'
import { skipOf, treeOf } from './referral-tree.ts'
import { plural } from './words.ts'

const PATH = '/admin/referrals'
const BATCHES = `${PATH}/batches`
/** So many are in sight at once, and as many more behind a fold as make a long page. */
const IN_SIGHT = 8
const LISTED = 50

type Again = {
  readonly reason?: string
  readonly errors?: readonly FieldError[]
  readonly message?: string | null
}

const pathTo = (rootId: string, skip?: string): string => withQuery(`${PATH}/${rootId}`, { skip })
const isActive = ({ goneAt, suspendedAt }: Branch): boolean => goneAt === null && suspendedAt === null

/** Where somebody brought many who are up to no good: look at them all, suspend them in one decision, undo it in one. */
export const adminSubtreePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const inspectOnly = (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
    return admin
  }

  const activeOf = (root: UserView | null, { below }: Subtree) => {
    const them = below.filter(isActive).map(({ userId, name, email, ...one }) => ({
      userId,
      who: name ?? email ?? userId,
      state: stateOf(one),
      at: one.at,
    }))
    if (root === null || root.suspendedAt !== null) return them
    const { id, name, email, registeredAt } = root
    return [{ userId: id, who: name ?? email ?? id, state: stateOf(root), at: registeredAt }, ...them]
  }

  const rolesAmong = async (ids: readonly string[]): Promise<number> => {
    const among = new Set(ids)
    const holders = await Promise.all(
      (['admin', 'auditor'] as const).map((role) => house.reads.users.list({ role }, { limit: 1000 })),
    )
    return new Set(holders.flat().map(({ id }) => id)).intersection(among).size
  }

  const show = async (ctx: Ctx, again: Again = {}, status = 200): Promise<void> => {
    const id = paramOf(ctx, 'id')
    const root = await house.reads.users.get(id)
    const tree = await treeOf(kit, ctx, [id], { path: pathTo, skip: skipOf(ctx) })
    const counts = await house.reads.referrals.counts(id)
    if (!root && counts.all === 0) throw new Problem('user_not_found')
    const subtree = tree.isCut ? null : await previewSubtree(house, id)
    const preview = subtree && !('refusal' in subtree) ? subtree : null
    const them = preview ? activeOf(root, preview) : []
    const dates = preview?.below.map(({ at }) => at).toSorted() ?? []
    const link = await house.reads.referrals.referrerOf(id)
    const above = link && (`user:${link.referrerId}` as const)
    const people = await peopleOf(kit, ctx, above ? [above] : [])
    const who = root?.name ?? root?.email ?? t(ctx, 'referrals.forgotten')
    render(
      ctx,
      'admin-subtree',
      {
        title: t(ctx, 'subtree.title', { who }),
        section: 'referrals',
        id,
        user: root,
        referrer: (above && people.get(above)) ?? null,
        direct: counts.all,
        all: preview?.below.length ?? null,
        first: dates[0] ?? null,
        last: dates.at(-1) ?? null,
        counts: preview?.counts ?? null,
        tree: counts.all > 0 ? tree : null,
        canChange: mayChange(kit, ctx),
        them: them.slice(0, IN_SIGHT),
        rest: them.length > IN_SIGHT ? them.slice(IN_SIGHT, LISTED) : null,
        restLabel: plural(ctx.state.locale, 'moreBelow', them.length - IN_SIGHT),
        isMore: them.length > LISTED,
        total: them.length,
        seen: preview?.digest ?? null,
        button: plural(ctx.state.locale, 'suspendAll', them.length),
        isSelfAmong: them.some(({ userId }) => userId === ctx.state.principal?.user.id),
        admins: await rolesAmong(them.map(({ userId }) => userId)),
        reason: again.reason ?? '',
        errors: again.errors ?? [],
        message: again.message ?? null,
      },
      status,
    )
  }

  router.get(`${PATH}/:id`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    await show(ctx)
  })

  router.post(`${PATH}/:id/suspend`, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const admin = inspectOnly(ctx)
    if (!admin) return seeOther(ctx, '/')
    const id = paramOf(ctx, 'id')
    const reason = fields['reason']?.trim() || null
    if (reason !== null && !reasonSchema.safeParse(reason).success) {
      const label = t(ctx, 'subtree.reason')
      const errors = [{ field: 'reason', label, message: t(ctx, 'users.reason.wrong') }]
      return show(ctx, { reason, errors }, 422)
    }
    const wish = { reason, seen: fields['seen'] ?? '' }
    const done = await suspendSubtreeOf(house, id, wish, byAdmin(ctx, admin))
    if (done.outcome === 'refused') {
      const { code } = done.refusal
      if (code === 'user_not_found') throw problemOf(done.refusal)
      const message = wordingOf(code, ctx.state.locale)
      return show(ctx, { reason: reason ?? '', message }, statusOf(code))
    }
    leaveNotice(ctx, 'subtreeSuspended')
    seeOther(ctx, done.batch ? `${BATCHES}/${done.batch.id}` : `${PATH}/${id}`)
  })

  router.get(`${BATCHES}/:id`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const batch = await house.reads.referrals.batch(paramOf(ctx, 'id'))
    if (!batch) throw new Problem('batch_not_found')
    const still = await house.reads.referrals.suspendedBy(batch.id)
    const people = await house.reads.referralTree.people([...still.slice(0, LISTED), batch.rootId])
    const nameOf = (id: string) => {
      const person = people.get(id)
      return person?.name ?? person?.email ?? t(ctx, 'referrals.forgotten')
    }
    const by = `user:${batch.suspendedBy.slice('user:'.length)}` as const
    render(ctx, 'admin-batch', {
      title: t(ctx, 'batch.title'),
      why: await whyLine(kit, ctx, await whyBatch(house, batch.id)),
      section: 'referrals',
      batch,
      root: { name: nameOf(batch.rootId), url: `${PATH}/${batch.rootId}` },
      by: (await peopleOf(kit, ctx, [by])).get(by),
      still: still.length,
      them: still.slice(0, LISTED).map((userId) => ({ userId, who: nameOf(userId) })),
      isMore: still.length > LISTED,
      canChange: mayChange(kit, ctx),
    })
  })

  router.post(`${BATCHES}/:id/reinstate`, async (ctx: Ctx) => {
    await form(ctx)
    const admin = inspectOnly(ctx)
    if (!admin) return seeOther(ctx, '/')
    const id = paramOf(ctx, 'id')
    const done = await reinstateSubtreeOf(house, id, byAdmin(ctx, admin))
    if (done.outcome === 'refused') throw problemOf(done.refusal)
    leaveNotice(ctx, 'subtreeReinstated')
    seeOther(ctx, `${BATCHES}/${id}`)
  })
}
