import { z } from 'zod'
import { accept, command, fold, reading, refuse } from '../decision.ts'
import { type Instant, instantSchema, ulidSchema } from '../event.ts'
import { type Standing, standingOf } from '../users/user.ts'
import { viewingTag } from './events.ts'

const noted = fold<boolean>(false, { HistoryViewed: () => true })

const mayRead = ({ status, roles }: Standing): boolean =>
  status === 'active' && (roles.includes('auditor') || roles.includes('admin'))

/** The hour that a moment is in, by when it began. */
export const hourOf = (moment: Instant): Instant => `${moment.slice(0, 13)}:00:00.000Z`

/** Reading the history is itself a fact of it. Whoever reads says so in their own name. */
export const recordHistoryView = command({
  type: 'RecordHistoryView',
  schema: z.strictObject({
    viewerId: ulidSchema,
    hour: instantSchema.refine((moment) => moment === hourOf(moment)),
  }),
  reads: ({ viewerId, hour }) => ({
    isNoted: reading(viewingTag(viewerId, hour), noted),
    viewer: standingOf(`user:${viewerId}`),
  }),
  decide: ({ viewerId, hour }, { isNoted, viewer }, { actor }) => {
    if (actor !== `user:${viewerId}` || !mayRead(viewer)) return refuse('not_allowed')
    if (isNoted) return accept()
    return accept({ type: 'HistoryViewed', data: { viewerId, hour } })
  },
})
