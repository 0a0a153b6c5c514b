import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag, verdictSchema } from './events.ts'
import { judgement } from './inquiries.ts'
import { standing } from './user.ts'

/** An outside service has judged the address that somebody registered with. It changes nothing; the first verdict stays. */
export const judgeEmail = command({
  type: 'JudgeEmail',
  schema: z.strictObject({ userId: ulidSchema, verdict: verdictSchema }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    judgement: reading(userTag(userId), judgement),
  }),
  decide: ({ userId, verdict }, view, { actor }) => {
    if (actor !== 'system') return refuse('not_allowed')
    if (view.user.status === 'unknown' || view.user.status === 'erased') return refuse('user_not_found')
    if (view.judgement !== 'none') return accept()
    return accept({ type: 'EmailJudged', data: { userId, verdict } })
  },
})
