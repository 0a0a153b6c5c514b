import { accept, command, fold, reading, refuse } from '../decision.ts'
import { userTag } from '../users/events.ts'
import { contact, isTrusted, standing } from '../users/user.ts'
import { historyEvents, sealMailTag } from './events.ts'

const mailed = fold<boolean>(false, { SealMailed: () => true })

/** An auditor is written a seal to keep: one a day. Whoever is no auditor (any more), or can't be written to, gets none. */
export const mailSeal = command({
  type: 'MailSeal',
  schema: historyEvents.SealMailed.schema.pick({ userId: true, day: true, size: true, note: true }),
  reads: ({ userId, day }) => ({
    isMailed: reading(sealMailTag(userId, day), mailed),
    auditor: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
  }),
  decide: (wish, { isMailed, auditor, contact: { email, locale } }, { actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    const { status, roles, isVerified } = auditor
    if (isMailed || email === null || !isVerified) return accept()
    if (status !== 'active' || !roles.includes('auditor')) return accept()
    return accept({ type: 'SealMailed', data: { ...wish, email, locale } })
  },
})
