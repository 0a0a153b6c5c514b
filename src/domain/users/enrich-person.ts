import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { foundTextSchema, isEnriched } from './inquiries.ts'
import { standing } from './user.ts'

const found = z.nullable(foundTextSchema)

/** An outside service has said who somebody is. It is kept beside what they say of themselves, and never in its place. */
export const enrichPerson = command({
  type: 'EnrichPerson',
  schema: z.strictObject({ userId: ulidSchema, name: found, company: found, title: found }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    isEnriched: reading(userTag(userId), isEnriched),
  }),
  decide: ({ userId, name, company, title }, view, { actor }) => {
    if (actor !== 'system') return refuse('not_allowed')
    if (view.user.status === 'unknown' || view.user.status === 'erased') return refuse('user_not_found')
    // Nobody would stand behind an address that nobody has confirmed.
    if (!view.user.isVerified) return refuse('email_not_verified')
    if (view.isEnriched) return accept()
    return accept({ type: 'PersonEnriched', data: { userId, name, company, title } })
  },
})
