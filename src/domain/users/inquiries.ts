import { z } from 'zod'
import { fold } from '../decision.ts'
import type { Verdict } from './events.ts'

/** One line that a stranger wrote about a person. */
export const foundTextSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !/\p{Cc}|\p{Cf}/u.test(text))

/** The verdict on the address that a user has; none about one they have given up. */
export const judgement = fold<Verdict | 'none'>('none', {
  EmailJudged: (_, { data: { verdict } }) => verdict,
  AddressReleased: () => 'none',
  UserErased: () => 'none',
})

/** Whether a service has said who a user is. */
export const isEnriched = fold(false, {
  PersonEnriched: () => true,
})
