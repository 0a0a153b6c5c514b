import { z } from 'zod'
import { instantSchema, ulidSchema } from '../../domain/event.ts'
import { invitableRoleSchema, localeSchema } from '../../domain/invites/events.ts'
import type { InviteView } from '../../projections/invites.ts'
import type { ApiPrincipal } from '../../projections/principal.ts'
import type { UserView } from '../../projections/users.ts'

const when = instantSchema.meta({ example: '2026-03-01T09:00:00.000Z' })
const id = ulidSchema.meta({ example: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' })

export const inviteSchema = z
  .strictObject({
    id,
    email: z
      .nullable(z.string())
      .meta({ description: 'null once the person has been forgotten', example: 'ada@example.org' }),
    role: invitableRoleSchema,
    state: z.enum(['open', 'redeemed', 'revoked', 'expired', 'replaced']),
    delivery: z.enum(['queued', 'sent', 'failed', 'suppressed']),
    issuedAt: when,
    issuedBy: z.string().meta({ example: 'user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }),
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
    email: z.nullable(z.string()).meta({ example: 'ada@example.org' }),
    name: z.nullable(z.string()).meta({ example: 'Ada Lovelace' }),
    locale: localeSchema,
    roles: z.array(z.enum(['member', 'admin', 'auditor'])),
    emailVerified: z.boolean(),
    registeredAt: when,
    lastLoginAt: z.nullable(when),
  })
  .meta({ id: 'User' })

export const presentUser = (user: UserView | ApiPrincipal): z.infer<typeof userSchema> => ({
  id: 'userId' in user ? user.userId : user.id,
  email: user.email,
  name: user.name,
  locale: user.locale,
  roles: ['member', ...user.roles],
  emailVerified: user.emailVerifiedAt !== null,
  registeredAt: user.registeredAt,
  lastLoginAt: user.lastLoginAt,
})

export const tokensSchema = z
  .strictObject({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: 'seconds', example: 600 }),
    user: userSchema,
  })
  .meta({ id: 'Tokens' })

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ example: 'invite_expired' }),
    requestId: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457; clients key on `code`' })

const MAX_LIMIT = 100
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
  cursor: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
}

export const listOf = (items: z.ZodType) =>
  z.strictObject({ items: z.array(items), nextCursor: z.nullable(z.string()) })

const encodeCursor = (lastId: string) => Buffer.from(lastId).toString('base64url')
export const decodeCursor = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString()

/** A page of at most `limit` items out of `limit + 1` that were asked for, and where the next one begins. */
export const pageOf = <T extends { readonly id: string }, P>(
  found: readonly T[],
  limit: number,
  present: (item: T) => P,
  url: string,
) => {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const nextCursor = found.length > limit && last ? encodeCursor(last.id) : null
  const link = nextCursor === null ? {} : { link: `<${url}?limit=${limit}&cursor=${nextCursor}>; rel="next"` }
  return { status: 200, body: { items: items.map(present), nextCursor }, headers: link }
}
