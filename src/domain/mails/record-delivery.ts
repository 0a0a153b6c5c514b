import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { isTrusted } from '../users/user.ts'
import { mailEvents, mailTag } from './events.ts'
import { mail } from './mail.ts'

/** The runner says what became of a mail: sent, or given up. The first word counts; repeating it changes nothing. */
export const recordDelivery = command({
  type: 'RecordDelivery',
  schema: z.discriminatedUnion('result', [
    z.strictObject({ result: z.literal('sent'), ...mailEvents.MailSent.schema.shape }),
    z.strictObject({ result: z.literal('failed'), ...mailEvents.MailFailed.schema.shape }),
  ]),
  reads: ({ mailId }) => ({ mail: reading(mailTag(mailId), mail) }),
  decide: (wish, view, { actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    if (view.mail.status === 'sent' || view.mail.status === 'failed') return accept()
    const { result, ...data } = wish
    return result === 'sent'
      ? accept({ type: 'MailSent', data })
      : accept({ type: 'MailFailed', data: { ...data, reason: wish.reason } })
  },
})
