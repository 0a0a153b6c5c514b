import { z } from 'zod'
import { eventType, instantSchema, personal, type Subject, type Tag, ulidSchema } from '../event.ts'
import { emailTag, localeSchema } from '../invites/events.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const sessionTag = (sessionId: string): Tag => `session:${sessionId}`
export const linkTag = (linkId: string): Tag => `link:${linkId}`

const owner = { userId: ulidSchema }
const subject = ({ userId }: { userId: string }): Subject => `user:${userId}`

export const sessionEvents = {
  /** A session begins. It ends at `expiresAt` at the latest; being idle ends it sooner, outside the history. */
  UserLoggedIn: eventType({
    version: 2,
    upcasts: { 1: (data) => ({ ...data, isNewDevice: false }) },
    schema: z.strictObject({
      ...owner,
      sessionId: ulidSchema,
      method: z.enum([
        'password',
        'first-password',
        'invite',
        'sign-in-link',
        'registration',
        'verification-link',
      ]),
      carrier: z.enum(['page', 'api']),
      /** Nothing like this device was seen with this user before: they are told by mail (see `NewDeviceNoticed`). */
      isNewDevice: z.boolean(),
      expiresAt: instantSchema,
      userAgent: personal(z.string()),
      ip: personal(z.string()),
    }),
    subject,
    tags: ({ userId, sessionId }) => [`user:${userId}`, sessionTag(sessionId)],
  }),
  /** A user has signed in where they had not been seen before, and is told by mail. */
  NewDeviceNoticed: eventType({
    schema: z.strictObject({
      ...owner,
      sessionId: ulidSchema,
      email: personal(z.string()),
      locale: localeSchema,
      userAgent: personal(z.string()),
      ip: personal(z.string()),
    }),
    subject,
    tags: ({ userId, sessionId }) => [`user:${userId}`, sessionTag(sessionId)],
  }),
  /** Somebody tried to sign in as this user, and did not know the password. */
  LoginFailed: eventType({
    schema: z.strictObject({
      ...owner,
      carrier: z.enum(['page', 'api']),
      userAgent: personal(z.string()),
      ip: personal(z.string()),
    }),
    subject,
    tags: ({ userId }) => [`user:${userId}`],
  }),
  UserLoggedOut: eventType({
    schema: z.strictObject({ ...owner, sessionId: ulidSchema }),
    tags: ({ userId, sessionId }) => [`user:${userId}`, sessionTag(sessionId)],
  }),
  /** All sessions of a user but one ended at once. */
  SessionsEnded: eventType({
    version: 2,
    upcasts: { 1: (data) => data },
    schema: z.strictObject({
      ...owner,
      except: z.nullable(ulidSchema),
      reason: z.enum([
        'password-changed',
        'suspended',
        'signed-out-everywhere',
        'token-reused',
        'role-changed',
        'email-changed',
        'address-confirmed',
      ]),
    }),
    tags: ({ userId }) => [`user:${userId}`],
  }),
  /** A one-time link exists that signs its user in; `shown` to the operator or sent by `mail`. */
  SignInLinkIssued: eventType({
    schema: z.strictObject({
      ...owner,
      linkId: ulidSchema,
      email: personal(z.string()),
      locale: localeSchema,
      delivery: z.enum(['mail', 'shown']),
      expiresAt: instantSchema,
    }),
    subject,
    tags: ({ userId, linkId, email }) =>
      email === null
        ? [`user:${userId}`, linkTag(linkId)]
        : [`user:${userId}`, linkTag(linkId), emailTag(email)],
  }),
  SignInLinkRedeemed: eventType({
    schema: z.strictObject({ ...owner, linkId: ulidSchema, sessionId: ulidSchema }),
    tags: ({ userId, linkId }) => [`user:${userId}`, linkTag(linkId)],
  }),
} as const
