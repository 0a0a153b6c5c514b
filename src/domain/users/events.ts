import { z } from 'zod'
import { eventType, instantSchema, personal, type Subject, type Tag, ulidSchema } from '../event.ts'
import { emailTag, localeSchema } from '../invites/events.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const userTag = (userId: string): Tag => `user:${userId}`
/** Under this tag stands everything that changes who holds a role: how the last admin is known. */
export const roleTag = (role: Role): Tag => `role:${role}`

/** Roles that are granted. That somebody is a member (or still temporary) follows from the rest of their history. */
export const roleSchema = z.enum(['admin', 'auditor'])
export type Role = z.infer<typeof roleSchema>

/** What an outside service says about an address. */
export const verdictSchema = z.enum(['deliverable', 'undeliverable', 'risky', 'unknown'])
export type Verdict = z.infer<typeof verdictSchema>

/** The newer version only allows more than the older one did. */
const asItWas = (data: Record<string, unknown>) => data

const user = { userId: ulidSchema }
const address = { email: personal(z.string()) }
type OfUser = { userId: string }

const subject = ({ userId }: OfUser): Subject => `user:${userId}`
const byUser = ({ userId }: OfUser): Tag[] => [userTag(userId)]
const byAddress = ({ userId, email }: OfUser & { email: string | null }): Tag[] =>
  email === null ? [userTag(userId)] : [userTag(userId), emailTag(email)]
const byRoles = ({ userId, roles }: OfUser & { roles: readonly Role[] }): Tag[] => [
  userTag(userId),
  ...roles.map(roleTag),
]

export const userEvents = {
  /** Somebody is known here. The address is theirs only once `EmailVerified` says so. */
  UserRegistered: eventType({
    version: 2,
    upcasts: { 1: asItWas },
    schema: z.strictObject({
      ...user,
      ...address,
      name: personal(z.string()),
      locale: localeSchema,
      via: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('invite'), inviteId: ulidSchema }),
        z.strictObject({ kind: z.literal('operator') }),
        z.strictObject({ kind: z.literal('self') }),
      ]),
    }),
    subject,
    tags: (data) =>
      data.via.kind === 'invite' ? [...byAddress(data), `invite:${data.via.inviteId}`] : byAddress(data),
  }),
  /** The address is this user's, and nobody else's, from now on. */
  EmailVerified: eventType({
    version: 2,
    upcasts: { 1: asItWas },
    schema: z.strictObject({ ...user, ...address, by: z.enum(['invite', 'operator', 'code', 'link']) }),
    subject,
    tags: byAddress,
  }),
  /** The address was this user's until they confirmed another one. The invites to it are remembered for their erasure. */
  AddressReleased: eventType({
    schema: z.strictObject({ ...user, ...address, locale: localeSchema, inviteIds: z.array(ulidSchema) }),
    subject,
    tags: byAddress,
  }),
  /**
   * A code and a link are on their way to an address; earlier ones of this user are void. With the purpose `taken` the
   * address belongs to somebody else: its owner is told so, and nothing can be confirmed with it.
   */
  VerificationIssued: eventType({
    schema: z.strictObject({
      ...user,
      ...address,
      verificationId: ulidSchema,
      purpose: z.enum(['registration', 'email-change', 'taken']),
      locale: localeSchema,
      codeExpiresAt: instantSchema,
      linkExpiresAt: instantSchema,
    }),
    subject,
    tags: byUser,
  }),
  /** A wrong code was tried. */
  VerificationFailed: eventType({
    schema: z.strictObject({ ...user, verificationId: ulidSchema }),
    tags: byUser,
  }),
  /** A link that sets a new password was mailed to the user's address; an earlier one is void. */
  PasswordResetRequested: eventType({
    schema: z.strictObject({
      ...user,
      ...address,
      resetId: ulidSchema,
      locale: localeSchema,
      expiresAt: instantSchema,
    }),
    subject,
    tags: byUser,
  }),
  /** A first password exists: derived when needed, mailed, and good for one sign-in before `expiresAt`. */
  FirstPasswordIssued: eventType({
    schema: z.strictObject({
      ...user,
      ...address,
      credentialId: ulidSchema,
      locale: localeSchema,
      expiresAt: instantSchema,
    }),
    subject,
    tags: byUser,
  }),
  FirstPasswordUsed: eventType({
    schema: z.strictObject({ ...user, credentialId: ulidSchema }),
    tags: byUser,
  }),
  /** The hash stands in the vault under `credentialId`; earlier credentials are void. */
  PasswordChanged: eventType({
    version: 2,
    upcasts: { 1: asItWas },
    schema: z.strictObject({
      ...user,
      ...address,
      credentialId: ulidSchema,
      locale: localeSchema,
      by: z.enum(['owner', 'operator', 'registration', 'reset']),
    }),
    subject,
    tags: byUser,
  }),
  /** Only what the owner or an admin changed is not null. */
  ProfileChanged: eventType({
    schema: z.strictObject({ ...user, name: personal(z.string()), locale: z.nullable(localeSchema) }),
    subject,
    tags: byUser,
  }),
  /** An outside service was asked about the address that somebody registered with; `unknown` also if it never answered. */
  EmailJudged: eventType({
    schema: z.strictObject({ ...user, verdict: verdictSchema }),
    tags: byUser,
  }),
  /** What an outside service says of a person; it is not what they say of themselves. */
  PersonEnriched: eventType({
    schema: z.strictObject({
      ...user,
      name: personal(z.string()),
      company: personal(z.string()),
      title: personal(z.string()),
    }),
    subject,
    tags: byUser,
  }),
  RoleGranted: eventType({
    schema: z.strictObject({ ...user, role: roleSchema }),
    tags: ({ userId, role }) => [userTag(userId), roleTag(role)],
  }),
  RoleRevoked: eventType({
    schema: z.strictObject({ ...user, role: roleSchema }),
    tags: ({ userId, role }) => [userTag(userId), roleTag(role)],
  }),
  /** `roles` names the roles held, so that whoever counts the holders of a role reads this too. */
  UserSuspended: eventType({
    version: 2,
    upcasts: { 1: (data) => ({ ...data, batchId: null }) },
    schema: z.strictObject({
      ...user,
      roles: z.array(roleSchema),
      reason: personal(z.string()),
      /** The batch, where many were suspended at once. */
      batchId: z.nullable(ulidSchema),
    }),
    subject,
    tags: byRoles,
  }),
  UserReinstated: eventType({
    schema: z.strictObject({ ...user, roles: z.array(roleSchema) }),
    tags: byRoles,
  }),
  /** The person is gone: keys of the user and of the invites to their address are destroyed in the same commit. */
  UserErased: eventType({
    version: 2,
    upcasts: { 1: (data) => ({ ...data, reason: 'asked' }) },
    schema: z.strictObject({
      ...user,
      roles: z.array(roleSchema),
      inviteIds: z.array(ulidSchema),
      /** Asked for; never verified in time; or somebody else was the first to confirm the address. */
      reason: z.enum(['asked', 'unverified', 'superseded']),
    }),
    tags: byRoles,
    forgets: ({ userId, inviteIds }) => [`user:${userId}`, ...inviteIds.map((id): Subject => `invite:${id}`)],
  }),
} as const
