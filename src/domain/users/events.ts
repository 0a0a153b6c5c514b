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
    schema: z.strictObject({
      ...user,
      ...address,
      name: personal(z.string()),
      locale: localeSchema,
      via: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('invite'), inviteId: ulidSchema }),
        z.strictObject({ kind: z.literal('operator') }),
      ]),
    }),
    subject,
    tags: (data) =>
      data.via.kind === 'invite' ? [...byAddress(data), `invite:${data.via.inviteId}`] : byAddress(data),
  }),
  EmailVerified: eventType({
    schema: z.strictObject({ ...user, ...address, by: z.enum(['invite', 'operator']) }),
    subject,
    tags: byAddress,
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
    schema: z.strictObject({
      ...user,
      ...address,
      credentialId: ulidSchema,
      locale: localeSchema,
      by: z.enum(['owner', 'operator']),
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
    schema: z.strictObject({ ...user, roles: z.array(roleSchema), reason: personal(z.string()) }),
    subject,
    tags: byRoles,
  }),
  UserReinstated: eventType({
    schema: z.strictObject({ ...user, roles: z.array(roleSchema) }),
    tags: byRoles,
  }),
  /** The person is gone: keys of the user and of the invites to their address are destroyed in the same commit. */
  UserErased: eventType({
    schema: z.strictObject({ ...user, roles: z.array(roleSchema), inviteIds: z.array(ulidSchema) }),
    tags: byRoles,
    forgets: ({ userId, inviteIds }) => [`user:${userId}`, ...inviteIds.map((id): Subject => `invite:${id}`)],
  }),
} as const
