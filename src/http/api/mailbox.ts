import { z } from 'zod'
import { Problem } from '../problems.ts'
import { operation } from './operation.ts'
import { deliverySchema, emailSchema, when } from './schemas.ts'

const LIMIT = 100

const mailSchema = z
  .strictObject({
    id: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    status: deliverySchema,
    queuedAt: when,
    sentAt: z.nullable(when),
  })
  .meta({ id: 'Mail' })

export const mailboxQuery = z.strictObject({ email: emailSchema })
export const mailboxAnswer = z.strictObject({ items: z.array(mailSchema), nextCursor: z.null() })

/** Only while DEV_MAILBOX is on; otherwise neither the route nor its description exists. */
export const mailboxOperations = [
  operation({
    operationId: 'listMailbox',
    method: 'get',
    path: '/mailbox',
    tag: 'development',
    summary: 'Mails to an address',
    description:
      'As their receiver would read them, newest first. A tool for development: links and first passwords are in it.',
    who: 'anyone',
    query: mailboxQuery,
    answers: {
      200: { description: 'the mails', schema: mailboxAnswer },
    },
    refusals: ['unauthenticated', 'forbidden'],
    async handle({ house, query: { email }, principal }) {
      // On a machine that others can reach, reading other people's mail takes an admin.
      if (!house.settings.loopback) {
        if (!principal) throw new Problem('unauthenticated')
        if (principal.restricted || !principal.roles.includes('admin')) throw new Problem('forbidden')
      }
      const rows = await house.reads.mails.to(email, LIMIT)
      const items = await Promise.all(
        rows.map(async ({ id, status, queuedAt, sentAt }) => {
          const mail = await house.renderMail(id)
          return {
            id,
            to: email,
            subject: mail?.subject ?? '',
            text: mail?.text ?? '',
            status,
            queuedAt,
            sentAt,
          }
        }),
      )
      return { status: 200, body: { items, nextCursor: null } }
    },
  }),
]
