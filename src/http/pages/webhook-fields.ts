import type { EventType } from '../../domain/catalogue.ts'
import type { Refusal } from '../../domain/decision.ts'
import { MAX_URL_LENGTH, webhookDescriptionSchema } from '../../domain/webhooks/webhook.ts'
import { contextNames, typesOf } from '../acts/history.ts'
import { problemOf } from '../problems.ts'
import type { Ctx, FieldError, Fields, Kit } from './kit.ts'
import type { TextKey } from './texts/en.ts'

/** What was typed into the form of a webhook, and ticked. */
export type WebhookDraft = {
  readonly url: string
  readonly description: string
  readonly types: readonly EventType[]
}

const TICK = 'type.'

export const draftOf = (fields: Fields): WebhookDraft => ({
  url: (fields['url'] ?? '').trim(),
  description: (fields['description'] ?? '').trim(),
  types: contextNames.flatMap(typesOf).filter((type) => fields[`${TICK}${type}`] !== undefined),
})

/** Every type there is, by context, and whether it is ticked. */
export const tickable = (types: readonly string[]) =>
  contextNames.map((context) => ({
    context,
    types: typesOf(context).map((type) => ({
      type,
      field: `${TICK}${type}`,
      isTicked: types.includes(type),
    })),
  }))

const urlProblem = (url: string): TextKey | null => {
  if (url === '') return 'field.required'
  return url.length > MAX_URL_LENGTH ? 'field.tooLong' : null
}

const descriptionProblem = (description: string): TextKey | null => {
  const issue = webhookDescriptionSchema.safeParse(description).error?.issues[0]
  if (!issue) return null
  return issue.code === 'too_big' ? 'field.tooLong' : 'field.invalid'
}

/** What is wrong with a webhook's form before a command is even tried. */
export const webhookErrors = ({ t }: Kit, ctx: Ctx, { url, description }: WebhookDraft): FieldError[] => {
  const errors = [
    { field: 'url', label: 'webhooks.url', problem: urlProblem(url) },
    { field: 'description', label: 'webhooks.description', problem: descriptionProblem(description) },
  ] as const
  return errors.flatMap(({ field, label, problem }) =>
    problem === null ? [] : [{ field, label: t(ctx, label), message: t(ctx, problem) }],
  )
}

/** A refusal of the address stands beside it; any other is a problem of the whole page. */
export const refusedUrl = ({ t }: Kit, ctx: Ctx, refusal: Refusal): FieldError[] => {
  if (refusal.code !== 'webhook_url_unfit') throw problemOf(refusal)
  return [{ field: 'url', label: t(ctx, 'webhooks.url'), message: t(ctx, 'webhooks.url.unfit') }]
}
