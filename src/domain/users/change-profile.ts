import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { INVISIBLE, LINK_LIKE } from '../words.ts'
import { userTag } from './events.ts'
import { adminRefusal, profile, refuseWith, standing, standingOf } from './user.ts'

// A name stands in mails to others: without line breaks or anything that a mail program would turn into a link.
const MAX_NAME_LENGTH = 50
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .refine((name) => !INVISIBLE.test(name), { error: 'name_has_control_characters' })
  .refine((name) => !LINK_LIKE.test(name), { error: 'name_looks_like_a_link' })

/** The owner or an admin changes name or language; null leaves a field as it is. The event names what is new, nothing else. */
export const changeProfile = command({
  type: 'ChangeProfile',
  schema: z.strictObject({
    userId: ulidSchema,
    name: z.nullable(nameSchema),
    locale: z.nullable(localeSchema),
  }),
  reads: ({ userId }, { actor }) => ({
    user: reading(userTag(userId), standing),
    profile: reading(userTag(userId), profile),
    actor: standingOf(actor),
  }),
  decide: ({ userId, name, locale }, view, { actor }) => {
    const forbidden = actor === userTag(userId) ? null : adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.user.status === 'unknown' || view.user.status === 'erased') return refuse('user_not_found')
    const news = {
      name: name === view.profile.name ? null : name,
      locale: locale === view.profile.locale ? null : locale,
    }
    if (news.name === null && news.locale === null) return accept()
    return accept({ type: 'ProfileChanged', data: { userId, ...news } })
  },
})
