import { z } from 'zod'
import { eventType, instantSchema, personal, type Subject, type Tag, ulidSchema } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const inviteTag = (inviteId: string): Tag => `invite:${inviteId}`
export const emailTag = (address: string): Tag => `email:${address}`

export const localeSchema = z.enum(['en', 'ru'])
export type Locale = z.infer<typeof localeSchema>

/** What an invite may make of its person. Never `admin`: that takes an admin's own, second act. */
export const invitableRoleSchema = z.enum(['member', 'auditor'])

const invite = { inviteId: ulidSchema, email: personal(z.string()) }
type OfInvite = { inviteId: string; email: string | null }

const subject = ({ inviteId }: OfInvite): Subject => `invite:${inviteId}`
const tags = ({ inviteId, email }: OfInvite): Tag[] =>
  email === null ? [inviteTag(inviteId)] : [inviteTag(inviteId), emailTag(email)]

export const inviteEvents = {
  InviteIssued: eventType({
    schema: z.strictObject({
      ...invite,
      role: invitableRoleSchema,
      locale: localeSchema,
      expiresAt: instantSchema,
    }),
    subject,
    tags,
  }),
  /** The link stays the same; only its deadline moves, and the mail goes out again. */
  InviteResent: eventType({
    schema: z.strictObject({ ...invite, locale: localeSchema, expiresAt: instantSchema }),
    subject,
    tags,
  }),
  InviteRevoked: eventType({
    schema: z.strictObject({ ...invite, reason: personal(z.string()) }),
    subject,
    tags,
  }),
  InviteRedeemed: eventType({
    schema: z.strictObject({ ...invite, userId: ulidSchema, sessionId: ulidSchema }),
    subject,
    tags: (data) => [...tags(data), `user:${data.userId}`],
  }),
  /** Another invite to the same address was redeemed; this one is dead. */
  InviteReplaced: eventType({
    schema: z.strictObject({ ...invite, redeemedInviteId: ulidSchema }),
    subject,
    tags,
  }),
  /** An ended invite left the lists and its address was forgotten; its user still knows its id. */
  InvitePurged: eventType({
    schema: z.strictObject({ inviteId: ulidSchema }),
    tags: ({ inviteId }) => [inviteTag(inviteId)],
    forgets: ({ inviteId }) => [`invite:${inviteId}`],
  }),
} as const
