import { z } from 'zod'
import { mailTemplates } from '../../domain/mails/events.ts'
import { type MailView, mailStates } from '../../projections/mails.ts'
import { findMail, retryMailOf, triesOf } from '../acts/mails.ts'
import type { House } from '../house.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { byCaller } from './on-users.ts'
import { operation } from './operation.ts'
import { deliverySchema, emailSchema, id, when } from './schemas.ts'

const mail = {
  id,
  to: z
    .nullable(z.string())
    .meta({ description: 'null once the person has been forgotten', examples: ['ada@example.org'] }),
  template: z.string().meta({ examples: ['invite'] }),
  about: z.string().meta({
    description: 'the invite or user that it is about',
    examples: ['invite:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'],
  }),
  locale: z.enum(['en', 'ru']),
  state: deliverySchema,
  queuedAt: when,
  sentAt: z.nullable(when),
  failedAt: z.nullable(when),
  reason: z.nullable(z.string()).meta({
    description: 'why it was given up or is not needed: a short code, never the other server’s words',
    examples: ['smtp_550'],
  }),
}
const mailSchema = z.strictObject(mail).meta({ id: 'OutboxMail' })
const detailsSchema = z
  .strictObject({
    ...mail,
    tries: z.int().meta({ description: 'since it was queued, or queued again' }),
    nextTryAt: z.nullable(when),
    lastReason: z.nullable(z.string()).meta({ description: 'why the last try failed, while it is queued' }),
    preview: z.nullable(z.strictObject({ subject: z.string(), text: z.string() })).meta({
      description: 'as its reader sees it, but links, codes and passwords read •••; for admins only',
    }),
  })
  .meta({ id: 'OutboxMailDetails' })

const present = (view: MailView): z.infer<typeof mailSchema> => {
  const { id: mailId, recipient, template, about, locale, status, queuedAt, sentAt, failedAt, reason } = view
  return {
    id: mailId,
    to: recipient,
    template,
    about,
    locale,
    state: status,
    queuedAt,
    sentAt,
    failedAt,
    reason,
  }
}

const detailsOf = async (house: House, view: MailView, isAdmin: boolean) => {
  const preview = isAdmin ? await house.previewMail(view.id) : null
  return {
    ...present(view),
    ...(await triesOf(house, view)),
    preview: preview && { subject: preview.subject, text: preview.text },
  }
}

export const mailOperations = [
  operation({
    operationId: 'listMails',
    method: 'get',
    path: '/mails',
    tag: 'mails',
    summary: 'List mails, newest first',
    description: 'Every mail that the history has called for, and what became of it. No secret is in it.',
    who: 'auditor',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(mailStates).optional(),
      template: z.enum(mailTemplates).optional(),
      email: emailSchema.optional(),
    }),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(mailSchema) } },
    refusals: [],
    asOf: () => 'everything',
    async handle({ house, query: { limit, cursor, state, template, email } }) {
      const filter = { state, template, recipient: email }
      const found = await house.reads.mails.list(filter, { limit: limit + 1, after: cursor })
      return pageOf(found, present, { url: '/api/v1/mails', filters: { state, template, email }, limit })
    },
  }),

  operation({
    operationId: 'getMail',
    method: 'get',
    path: '/mails/:id',
    tag: 'mails',
    summary: 'One mail',
    description: 'What became of it; for admins also what is in it, with every secret masked.',
    who: 'auditor',
    answers: { 200: { description: 'the mail', schema: detailsSchema } },
    refusals: ['mail_not_found'],
    asOf: () => 'everything',
    async handle({ house, params, principal }) {
      const found = await findMail(house, params['id'] ?? '')
      return { status: 200, body: await detailsOf(house, found, principal.roles.includes('admin')) }
    },
  }),

  operation({
    operationId: 'retryMail',
    method: 'post',
    path: '/mails/:id/retries',
    tag: 'mails',
    summary: 'Try a mail again that was given up',
    description: 'It is queued as if it were new. Nothing happens to one that is queued again already.',
    who: 'admin',
    answers: { 202: { description: 'queued again', schema: detailsSchema } },
    refusals: ['mail_not_found', 'mail_not_failed', 'mail_outdated'],
    async handle({ house, params, principal, correlation }) {
      const queued = await retryMailOf(house, params['id'] ?? '', byCaller({ principal, correlation }))
      return { status: 202, body: await detailsOf(house, queued, true) }
    },
  }),
]
