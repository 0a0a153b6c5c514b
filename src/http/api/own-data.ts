import { z } from 'zod'
import { roleSchema } from '../../domain/users/events.ts'
import { ownData } from '../acts/own-data.ts'
import { proven } from '../acts/own-user.ts'
import { Problem } from '../problems.ts'
import { operation } from './operation.ts'
import { when } from './schemas.ts'

const facts = z.record(z.string(), z.unknown())

const ownDataSchema = z
  .strictObject({
    format: z.literal('latchkey personal data 1'),
    madeAt: when,
    profile: facts,
    roles: z.array(roleSchema),
    saidByOthers: z
      .nullable(facts)
      .meta({ description: 'what outside services answered when they were asked' }),
    sessions: z.array(facts),
    logins: z.array(facts),
    invites: z.array(facts).meta({ description: 'those to one’s own address' }),
    referralCode: z.nullable(facts),
    referrals: z.strictObject({ broughtBy: z.nullable(facts), brought: z.array(facts) }),
    mails: z
      .array(facts)
      .meta({ description: 'which were sent and when; what stood in them is kept nowhere' }),
    events: z
      .array(facts)
      .meta({ description: 'everything in the history about oneself; ••• is somebody else’s' }),
  })
  .meta({ id: 'OwnData' })

export const ownDataOperations = [
  operation({
    operationId: 'exportMe',
    method: 'post',
    path: '/me/export',
    tag: 'me',
    summary: 'Everything that is kept about me',
    description: 'Whoever has a password gives it. The answer is made anew each time, and kept nowhere.',
    who: 'user',
    body: z.strictObject({ currentPassword: z.string().min(1).max(1000).optional() }).optional() as z.ZodType<
      { currentPassword?: string | undefined } | undefined
    >,
    answers: { 200: { description: 'the data', schema: ownDataSchema } },
    refusals: ['credentials_wrong', 'too_many_requests', 'user_not_found'],
    seesToRepeats: true,
    evenTemporary: true,
    async handle({ house, body, principal: { userId } }) {
      const user = await house.reads.users.get(userId)
      if (!user) throw new Problem('user_not_found')
      if (!(await proven(house, userId, body?.currentPassword ?? null)))
        throw new Problem('credentials_wrong')
      return { status: 200, body: await ownData(house, user) }
    },
  }),
]
