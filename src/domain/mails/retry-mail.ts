import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { mailEvents, mailTag } from './events.ts'
import { isWorthReading, mail, readers } from './mail.ts'

/** A mail that was given up is queued again, if its reader is still there and it would not only mislead them. */
export const retryMail = command({
  type: 'RetryMail',
  schema: z.strictObject({ mailId: ulidSchema, about: mailEvents.MailRetried.schema.shape.about }),
  reads: ({ mailId, about }, { actor }) => ({
    mail: reading(mailTag(mailId), mail),
    readers: reading(about, readers),
    actor: standingOf(actor),
  }),
  decide: ({ mailId, about }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.mail.status === 'retried') return accept() // it is queued already
    if (view.mail.status !== 'failed') return refuse('mail_not_failed')
    const { template, reason } = view.mail
    if (view.mail.about !== about || view.readers.isForgotten || reason === 'forgotten') {
      return refuse('mail_not_found')
    }
    if (reason === 'expired' || !isWorthReading(view.readers, template, mailId))
      return refuse('mail_outdated')
    return accept({ type: 'MailRetried', data: { mailId, template, about } })
  },
})
