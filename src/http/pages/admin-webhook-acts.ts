import type Router from '@koa/router'
import { pauseWebhook } from '../../domain/webhooks/pause-webhook.ts'
import { removeWebhook } from '../../domain/webhooks/remove-webhook.ts'
import { resumeWebhook } from '../../domain/webhooks/resume-webhook.ts'
import { rewindWebhook } from '../../domain/webhooks/rewind-webhook.ts'
import type { WebhookView } from '../../projections/webhooks.ts'
import { about, findWebhook, rotateSecret, sendAgain, sendTest } from '../acts/webhooks.ts'
import type { Principal, State } from '../context.ts'
import { Problem } from '../problems.ts'
import { readAttempt } from './attempt.ts'
import { adminOf, auditorOf, byAdmin, type Ctx, type Fields, type Kit, paramOf, seeOther } from './kit.ts'
import { leaveNotice } from './notices.ts'

const LIST = '/admin/webhooks'
const ONE = `${LIST}/:id`
const HOUR_MS = 3_600_000
const MAX_OVERLAP_HOURS = 168

type Act = {
  readonly ctx: Ctx
  readonly admin: Principal
  readonly fields: Fields
  readonly webhook: WebhookView
}

const wholeNumber = (text: string | undefined, least: number, most: number): number => {
  const number = Number((text ?? '').trim() || Number.NaN)
  if (!Number.isInteger(number) || number < least || number > most) throw new Problem('invalid_input')
  return number
}

/** What an admin does about one webhook, each from a form of its own. Answers how one more is added. */
export const webhookActs = (router: Router<State>, kit: Kit) => {
  const { house, render, form, t } = kit

  const act = (path: string, carryOut: (act: Act) => Promise<void>): void => {
    router.post(`${ONE}${path}`, async (ctx: Ctx) => {
      const fields = await form(ctx)
      const admin = adminOf(ctx)
      if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
      if (!admin) return seeOther(ctx, '/')
      await carryOut({ ctx, admin, fields, webhook: await findWebhook(house, paramOf(ctx, 'id')) })
    })
  }
  const attemptIn = ({ admin, fields, webhook }: Act): string =>
    readAttempt(house, admin.session.id, `${LIST}/${webhook.id}`, fields['attempt']) ?? house.newId()
  const back = (ctx: Ctx, { id }: WebhookView) => seeOther(ctx, `${LIST}/${id}`)

  act('/pause', async ({ ctx, admin, webhook }) => {
    await about(house, pauseWebhook, { webhookId: webhook.id }, byAdmin(ctx, admin))
    leaveNotice(ctx, 'webhookPaused')
    back(ctx, webhook)
  })

  act('/resume', async ({ ctx, admin, webhook }) => {
    await about(house, resumeWebhook, { webhookId: webhook.id }, byAdmin(ctx, admin))
    leaveNotice(ctx, 'webhookResumed')
    back(ctx, webhook)
  })

  act('/secret', async (given) => {
    const { ctx, admin, fields, webhook } = given
    const overlapMs = wholeNumber(fields['overlapHours'], 0, MAX_OVERLAP_HOURS) * HOUR_MS
    const wish = { webhookId: webhook.id, secretId: attemptIn(given), overlapMs }
    const { secret, previousUntil } = await rotateSecret(house, wish, byAdmin(ctx, admin))
    render(
      ctx,
      'admin-webhook-secret',
      {
        title: t(ctx, 'webhooks.secret.newTitle'),
        section: 'webhooks',
        id: webhook.id,
        url: webhook.url,
        secret,
        until: previousUntil,
      },
      201,
    )
  })

  act('/test', async ({ ctx, webhook }) => {
    const { id, status } = await sendTest(house, webhook.id)
    leaveNotice(ctx, status === 'delivered' ? 'webhookTested' : 'webhookTestFailed')
    seeOther(ctx, `${LIST}/${webhook.id}/deliveries/${id}`)
  })

  act('/replay', async (given) => {
    const { ctx, admin, fields, webhook } = given
    const position = wholeNumber(fields['position'], 1, Number.MAX_SAFE_INTEGER)
    const wish = { webhookId: webhook.id, rewindId: attemptIn(given), position }
    await about(house, rewindWebhook, wish, byAdmin(ctx, admin))
    leaveNotice(ctx, 'webhookRewound')
    back(ctx, webhook)
  })

  act('/deliveries/:deliveryId/replay', async ({ ctx, webhook }) => {
    const { id } = await sendAgain(house, webhook.id, paramOf(ctx, 'deliveryId'))
    leaveNotice(ctx, 'deliveryReplayed')
    seeOther(ctx, `${LIST}/${webhook.id}/deliveries/${id}`)
  })

  act('/remove', async ({ ctx, admin, webhook }) => {
    await about(house, removeWebhook, { webhookId: webhook.id }, byAdmin(ctx, admin))
    leaveNotice(ctx, 'webhookRemoved')
    seeOther(ctx, LIST)
  })

  return act
}
