import { z } from 'zod'
import { eventType, instantSchema, personal, type Subject, type Tag, ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { userTag } from '../users/events.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const referralCodeTag = (codeId: string): Tag => `referral-code:${codeId}`
/** Under this tag stands what was done to many users at once, so that it can be undone at once. */
export const batchTag = (batchId: string): Tag => `batch:${batchId}`

const code = { codeId: ulidSchema, userId: ulidSchema }
type OfCode = { codeId: string; userId: string }
const subject = ({ userId }: OfCode): Subject => `user:${userId}`
const tags = ({ codeId, userId }: OfCode): Tag[] => [userTag(userId), referralCodeTag(codeId)]

const batch = { batchId: ulidSchema, rootId: ulidSchema, count: z.int().positive() }
const byBatch = ({ batchId, rootId }: { batchId: string; rootId: string }): Tag[] => [
  userTag(rootId),
  batchTag(batchId),
]

export const referralEvents = {
  /** The code is no secret, many use it; but it names its owner, and is forgotten with them. */
  ReferralCodeCreated: eventType({
    schema: z.strictObject({
      ...code,
      code: personal(z.string()),
      description: personal(z.string()),
      expiresAt: instantSchema,
    }),
    subject,
    tags,
  }),
  ReferralCodeDeleted: eventType({ schema: z.strictObject(code), tags }),
  /** Its owner wants somebody to have it. The address is forgotten together with the owner. */
  ReferralCodeMailed: eventType({
    schema: z.strictObject({
      ...code,
      email: personal(z.string()),
      code: personal(z.string()),
      locale: localeSchema,
      expiresAt: instantSchema,
    }),
    subject,
    tags,
  }),
  /**
   * Somebody was brought here by another user, once and for ever; ids only, so it outlives both. It does not stand
   * under the referrer's own tag: a decision about someone who brought thousands would have to read them all.
   */
  UserReferred: eventType({
    schema: z.strictObject({
      userId: ulidSchema,
      referrerId: ulidSchema,
      codeId: ulidSchema,
      way: z.enum(['registration', 'later']),
    }),
    tags: ({ userId, codeId }) => [userTag(userId), referralCodeTag(codeId)],
  }),
  /** A user and those they brought were suspended in one decision; each has a `UserSuspended` of this batch. */
  SubtreeSuspended: eventType({ schema: z.strictObject(batch), tags: byBatch }),
  /** Of the batch everybody is reinstated who was still suspended by it. */
  SubtreeReinstated: eventType({ schema: z.strictObject(batch), tags: byBatch }),
} as const
