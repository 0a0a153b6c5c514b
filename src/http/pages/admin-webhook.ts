import type Router from '@koa/router'
import { z } from 'zod'
import { isEventType } from '../../domain/catalogue.ts'
import type { Actor } from '../../domain/event.ts'
import { changeWebhook } from '../../domain/webhooks/change-webhook.ts'
import type { WebhookView } from '../../projections/webhooks.ts'
import { findDelivery, findWebhook } from '../acts/webhooks.ts'
import type { State } from '../context.ts'
import { deliveryStates } from '../webhooks-door.ts'
import { webhookActs } from './admin-webhook-acts.ts'
import { newAttempt } from './attempt.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Kit,
  paramOf,
  queryOf,
  seeOther,
  withQuery,
} from './kit.ts'
import { leaveNotice } from './notices.ts'
import { peopleOf } from './people.ts'
import { draftOf, refusedUrl, tickable, type WebhookDraft, webhookErrors } from './webhook-fields.ts'

const LIST = '/admin/webhooks'
const ONE = `${LIST}/:id`
const PAGE = 25

/** What the address of the log asks for; what can't be meant is left out. */
const questionOf = (ctx: Ctx) => {
  const type = queryOf(ctx, 'type')
  return {
    status: z.enum(deliveryStates).safeParse(queryOf(ctx, 'status')).data,
    type: type !== undefined && (isEventType(type) || type === 'Test') ? type : undefined,
  }
}

/** One webhook's page: what is known of it, what became of its messages, and what an admin may do about it. */
export const adminWebhookPage = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  const logOf = async (ctx: Ctx, { id }: WebhookView) => {
    const url = `${LIST}/${id}`
    const question = questionOf(ctx)
    const after = queryOf(ctx, 'after')
    const found = await house.webhooks.deliveries(id, question, { limit: PAGE + 1, after })
    const deliveries = found.slice(0, PAGE)
    return {
      deliveries,
      type: question.type ?? null,
      status: question.status ?? null,
      isFiltered: question.type !== undefined || question.status !== undefined,
      tabs: [null, ...deliveryStates].map((name) => ({
        name,
        url: withQuery(url, { ...question, status: name ?? undefined }),
        isCurrent: name === (question.status ?? null),
      })),
      olderUrl: found.length > PAGE ? withQuery(url, { ...question, after: deliveries.at(-1)?.id }) : null,
      newestUrl: after ? withQuery(url, question) : null,
    }
  }

  const show = async (
    ctx: Ctx,
    webhook: WebhookView,
    draft: WebhookDraft = { ...webhook, description: webhook.description ?? '' },
    errors: readonly FieldError[] = [],
  ): Promise<void> => {
    const registrar = webhook.registeredBy as Actor
    const admin = adminOf(ctx)
    render(
      ctx,
      'admin-webhook',
      {
        title: t(ctx, 'webhooks.one'),
        section: 'webhooks',
        webhook,
        registrar: (await peopleOf(kit, ctx, [registrar])).get(registrar),
        canChange: admin !== null,
        attempt: admin && newAttempt(house, admin.session.id, `${LIST}/${webhook.id}`),
        isActive: webhook.state === 'active',
        draft,
        groups: tickable(draft.types),
        errors,
        ...(await logOf(ctx, webhook)),
      },
      errors.length > 0 ? 422 : 200,
    )
  }

  router.get(ONE, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    await show(ctx, await findWebhook(house, paramOf(ctx, 'id')))
  })

  router.get(`${ONE}/deliveries/:deliveryId`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const webhook = await findWebhook(house, paramOf(ctx, 'id'))
    const delivery = await findDelivery(house, webhook.id, paramOf(ctx, 'deliveryId'))
    render(ctx, 'admin-delivery', {
      title: t(ctx, 'webhooks.delivery', { type: delivery.type }),
      section: 'webhooks',
      webhook,
      delivery,
      attempts: await house.webhooks.attempts(delivery.id),
      canReplay: adminOf(ctx) !== null && delivery.status !== 'pending',
    })
  })

  const act = webhookActs(router, kit)

  act('', async ({ ctx, admin, fields, webhook }) => {
    const draft = draftOf(fields)
    const errors = webhookErrors(kit, ctx, draft)
    if (errors.length > 0) return show(ctx, webhook, draft, errors)
    const { isAtHome } = house.webhooks
    const wish = { webhookId: webhook.id, ...draft, types: [...draft.types], isAtHome }
    const outcome = await house.execute(changeWebhook, wish, byAdmin(ctx, admin))
    if (outcome.outcome === 'refused') {
      return show(ctx, webhook, draft, refusedUrl(kit, ctx, outcome.refusal))
    }
    leaveNotice(ctx, 'webhookChanged')
    seeOther(ctx, `${LIST}/${webhook.id}`)
  })
}
