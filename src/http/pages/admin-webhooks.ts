import type Router from '@koa/router'
import { registerWebhook } from '../../domain/webhooks/register-webhook.ts'
import type { Principal, State } from '../context.ts'
import { Problem } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Kit,
  queryOf,
  seeOther,
  withQuery,
} from './kit.ts'
import { draftOf, refusedUrl, tickable, type WebhookDraft, webhookErrors } from './webhook-fields.ts'

const LIST = '/admin/webhooks'
const PAGE = 25

type Shown = { readonly draft: WebhookDraft; readonly errors: readonly FieldError[] }
const EMPTY: Shown = { draft: { url: '', description: '', types: [] }, errors: [] }

/** Programs that are told of what happens: the list, for admins and auditors, and the form for one more, for admins. */
export const adminWebhookPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = async (ctx: Ctx, who: Principal, { draft, errors } = EMPTY): Promise<void> => {
    const after = queryOf(ctx, 'after')
    const found = await house.reads.webhooks.list({ limit: PAGE + 1, after })
    const webhooks = found.slice(0, PAGE)
    render(
      ctx,
      'admin-webhooks',
      {
        title: t(ctx, 'admin.webhooks'),
        section: 'webhooks',
        webhooks,
        canChange: adminOf(ctx) !== null,
        attempt: newAttempt(house, who.session.id, LIST),
        draft,
        groups: tickable(draft.types),
        errors,
        olderUrl: found.length > PAGE ? withQuery(LIST, { after: webhooks.at(-1)?.id }) : null,
        newestUrl: after ? LIST : null,
      },
      errors.length > 0 ? 422 : 200,
    )
  }

  router.get(LIST, async (ctx: Ctx) => {
    const who = auditorOf(ctx)
    if (!who) return seeOther(ctx, '/')
    await show(ctx, who)
  })

  router.post(LIST, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const admin = adminOf(ctx)
    if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
    if (!admin) return seeOther(ctx, '/')
    const draft = draftOf(fields)
    const errors = webhookErrors(kit, ctx, draft)
    if (errors.length > 0) return show(ctx, admin, { draft, errors })

    // The same form sent twice registers nothing twice, and shows the same secret.
    const webhookId = readAttempt(house, admin.session.id, LIST, fields['attempt']) ?? house.newId()
    const { isAtHome, secret } = house.webhooks
    const wish = { webhookId, secretId: webhookId, ...draft, types: [...draft.types], isAtHome }
    const outcome = await house.execute(registerWebhook, wish, byAdmin(ctx, admin))
    if (outcome.outcome === 'refused') {
      return show(ctx, admin, { draft, errors: refusedUrl(kit, ctx, outcome.refusal) })
    }
    const view = { title: t(ctx, 'webhooks.secret.title'), section: 'webhooks', url: draft.url }
    render(
      ctx,
      'admin-webhook-secret',
      { ...view, id: webhookId, secret: secret(webhookId), until: null },
      201,
    )
  })
}
