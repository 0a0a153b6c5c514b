import { z } from 'zod'
import { addressSchema } from '../../domain/address.ts'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { instantSchema, ulidSchema } from '../../domain/event.ts'
import { invitableRoleSchema, localeSchema } from '../../domain/invites/events.ts'
import type { Role } from '../../domain/users/events.ts'
import { lengthProblem } from '../../domain/users/password.ts'
import type { InviteView } from '../../projections/invites.ts'
import type { ApiPrincipal } from '../../projections/principal.ts'
import { isTemporary, type UserView } from '../../projections/users.ts'

/** The rule of the calendar is zod's to check; in the document its pattern would only be noise. */
export const when = instantSchema.meta({
  examples: ['2026-03-01T09:00:00.000Z'],
  override: { pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
})
export const id = ulidSchema.meta({ examples: ['01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] })

/** An event that is named as the cause of something: where it stands, and enough to say why. */
export const causeSchema = z
  .strictObject({
    position: z.int().min(1),
    type: z.string().meta({ examples: ['InviteRevoked'] }),
    at: when,
    actor: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
  })
  .meta({ id: 'Cause' })

export const presentCause = ({ position, type, at, actor }: DomainEvent): z.infer<typeof causeSchema> => ({
  position,
  type,
  at,
  actor,
})

/** An address as callers type it; canonical once parsed. */
export const emailSchema = z
  .string()
  .meta({ examples: ['ada@example.org'], override: { format: 'email', minLength: 1, maxLength: 254 } })
  .pipe(addressSchema)

export const newPasswordSchema = z
  .string()
  .max(1000)
  .refine((text) => lengthProblem(text) === null, { error: 'password_length' })
  .meta({ description: '8 to 128 characters, not easy to guess', examples: ['correct-horse-battery'] })

export const stateSchema = z.enum(['open', 'redeemed', 'revoked', 'expired', 'replaced'])
export const deliverySchema = z.enum(['queued', 'sent', 'failed', 'suppressed'])

export const inviteSchema = z
  .strictObject({
    id,
    email: z
      .nullable(z.string())
      .meta({ description: 'null once the person has been forgotten', examples: ['ada@example.org'] }),
    role: invitableRoleSchema,
    state: stateSchema,
    delivery: deliverySchema,
    issuedAt: when,
    issuedBy: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
    expiresAt: when,
    sentAt: z.nullable(when),
    redeemedAt: z.nullable(when),
    redeemedUserId: z.nullable(id),
    revokedAt: z.nullable(when),
    revokedBy: z.nullable(z.string()),
    reason: z.nullable(z.string()),
  })
  .meta({ id: 'Invite' })

export const presentInvite = (invite: InviteView): z.infer<typeof inviteSchema> => {
  const { id: inviteId, email, role, state, delivery, issuedAt, issuedBy, expiresAt, sentAt } = invite
  const { redeemedAt, redeemedUserId, revokedAt, revokedBy, reason } = invite
  return {
    id: inviteId,
    email,
    role,
    state,
    delivery,
    issuedAt,
    issuedBy,
    expiresAt,
    sentAt,
    redeemedAt,
    redeemedUserId,
    revokedAt,
    revokedBy,
    reason,
  }
}

export const userSchema = z
  .strictObject({
    id,
    email: z.nullable(z.string()).meta({ examples: ['ada@example.org'] }),
    name: z.nullable(z.string()).meta({ examples: ['Ada Lovelace'] }),
    locale: localeSchema,
    roles: z.array(z.enum(['temporary', 'member', 'admin', 'auditor'])),
    emailVerified: z.boolean(),
    inviteId: z.nullable(id).meta({ description: 'the invite that made this user' }),
    registeredAt: when,
    suspendedAt: z.nullable(when),
    lastLoginAt: z.nullable(when),
  })
  .meta({ id: 'User' })

/** Every role somebody has: those that were granted, and how far their registration has come. */
export const rolesOf = (user: UserView | ApiPrincipal): ('temporary' | 'member' | Role)[] => [
  isTemporary(user) ? 'temporary' : 'member',
  ...user.roles,
]

export const presentUser = (user: UserView | ApiPrincipal): z.infer<typeof userSchema> => ({
  id: 'userId' in user ? user.userId : user.id,
  email: user.email,
  name: user.name,
  locale: user.locale,
  roles: rolesOf(user),
  emailVerified: user.emailVerifiedAt !== null,
  inviteId: user.inviteId,
  registeredAt: user.registeredAt,
  suspendedAt: 'suspendedAt' in user ? user.suspendedAt : null, // a suspended user is no principal
  lastLoginAt: user.lastLoginAt,
})

/** Why an admin did it: one line, for admins and auditors. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !/\p{Cc}|\p{Cf}/u.test(text), { error: 'reason_has_control_characters' })
  .meta({ examples: ['left the company'] })

/** A body that may be left out, with a reason in it that may be left out. */
export const reasonBody = z.strictObject({ reason: reasonSchema.optional() }).optional() as z.ZodType<
  { reason?: string | undefined } | undefined
>

export const tokensSchema = z
  .strictObject({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: 'seconds', examples: [600] }),
    user: userSchema,
  })
  .meta({ id: 'Tokens' })

export const problemSchema = z
  .looseObject({
    type: z.url(),
    title: z.string().meta({ description: 'for people, in the language of Accept-Language (en, ru)' }),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'what to do now' }),
    code: z.string().meta({ examples: ['invite_expired'] }),
    requestId: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457; clients key on `code`' })
