import { z } from 'zod'
import { addressSchema, maskAddress } from '../../domain/address.ts'
import { instantSchema } from '../../domain/event.ts'
import { invitableRoleSchema, localeSchema } from '../../domain/invites/events.ts'
import { issueInvite } from '../../domain/invites/issue-invite.ts'
import { resendInvite } from '../../domain/invites/resend-invite.ts'
import { revokeInvite } from '../../domain/invites/revoke-invite.ts'
import type { InviteView } from '../../projections/invites.ts'
import { startSession } from '../acts/device.ts'
import { redeemInviteToken } from '../acts/redeem.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { derivedUlid } from './derived-ulid.ts'
import { operation } from './operation.ts'
import {
  decodeCursor,
  inviteSchema,
  listOf,
  pageOf,
  pageQuery,
  presentInvite,
  tokensSchema,
} from './schemas.ts'
import { tokensFor } from './sessions.ts'

const read = async (house: House, id: string): Promise<InviteView> => {
  const invite = await house.reads.invites.get(id, house.now())
  if (!invite) throw new Problem('invite_not_found')
  return invite
}

const ttlFrom = (now: string, ms: number) => new Date(Date.parse(now) + ms).toISOString()

const previewSchema = z
  .strictObject({
    email: z.string().meta({ description: 'masked', example: 'a•••a@example.org' }),
    invitedBy: z.nullable(z.string()),
    expiresAt: instantSchema,
    state: z.enum(['open', 'redeemed', 'revoked', 'expired', 'replaced']),
  })
  .meta({ id: 'InvitePreview' })

const token = z.string().max(200).meta({ description: 'from the link in the mail' })

export const inviteOperations = [
  operation({
    operationId: 'issueInvite',
    method: 'post',
    path: '/invites',
    tag: 'invites',
    summary: 'Invite an address',
    description:
      'The mail with the one-time link goes out in the background; its fate is the invite’s `delivery`.',
    who: 'admin',
    body: z.strictObject({
      email: addressSchema,
      role: invitableRoleSchema.default('member'),
      locale: localeSchema.default('en'),
      expiresAt: instantSchema
        .optional()
        .meta({ description: 'at most a year ahead; a setting decides when absent' }),
    }),
    answers: { 201: { description: 'issued', schema: inviteSchema } },
    refusals: ['email_already_registered', 'invite_expiry_out_of_range', 'not_allowed'],
    async handle({ house, body, principal, correlation }) {
      const inviteId = house.newId()
      const expiresAt = body.expiresAt ?? ttlFrom(house.now(), house.settings.inviteTtlMs)
      const { email, role, locale } = body
      const actor = `user:${principal.userId}` as const
      const outcome = await house.execute(
        issueInvite,
        { inviteId, email, role, locale, expiresAt },
        { actor, correlation },
      )
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      return {
        status: 201,
        headers: { location: `/api/v1/invites/${inviteId}` },
        body: {
          id: inviteId,
          email,
          role,
          state: 'open',
          delivery: 'queued',
          issuedAt: outcome.events[0]?.at,
          issuedBy: actor,
          expiresAt,
          sentAt: null,
          redeemedAt: null,
          redeemedUserId: null,
          revokedAt: null,
          revokedBy: null,
          reason: null,
        },
      }
    },
  }),

  operation({
    operationId: 'listInvites',
    method: 'get',
    path: '/invites',
    tag: 'invites',
    summary: 'List invites, newest first',
    description:
      'Filters combine. `nextCursor` leads to the next page and stays right while invites are issued.',
    who: 'auditor',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(['open', 'redeemed', 'revoked', 'expired', 'replaced']).optional(),
      delivery: z.enum(['queued', 'sent', 'failed', 'suppressed']).optional(),
      email: addressSchema.optional(),
      issuedBy: z.string().max(60).optional(),
    }),
    answers: { 200: { description: 'a page', schema: listOf(inviteSchema) } },
    refusals: [],
    async handle({ house, query: { limit, cursor, ...filter } }) {
      const found = await house.reads.invites.list(filter, {
        now: house.now(),
        limit: limit + 1,
        after: decodeCursor(cursor),
      })
      return pageOf(found, limit, presentInvite, '/api/v1/invites')
    },
  }),

  operation({
    operationId: 'getInvite',
    method: 'get',
    path: '/invites/:id',
    tag: 'invites',
    summary: 'One invite',
    description: 'Ended invites stay readable.',
    who: 'auditor',
    answers: { 200: { description: 'the invite', schema: inviteSchema } },
    refusals: ['invite_not_found'],
    async handle({ house, params }) {
      return { status: 200, body: presentInvite(await read(house, params['id'] ?? '')) }
    },
  }),

  operation({
    operationId: 'resendInvite',
    method: 'post',
    path: '/invites/:id/resends',
    tag: 'invites',
    summary: 'Send an invite again',
    description: 'The link stays the same; its deadline moves. An expired invite comes back to life.',
    who: 'admin',
    answers: { 201: { description: 'queued again', schema: inviteSchema } },
    refusals: ['invite_not_found', 'invite_already_redeemed', 'invite_revoked', 'invite_replaced'],
    async handle({ house, params, principal, correlation }) {
      const inviteId = params['id'] ?? ''
      const expiresAt = ttlFrom(house.now(), house.settings.inviteTtlMs)
      const by = { actor: `user:${principal.userId}`, correlation } as const
      const outcome = await house.execute(resendInvite, { inviteId, expiresAt }, by)
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      return { status: 201, body: presentInvite(await read(house, inviteId)) }
    },
  }),

  operation({
    operationId: 'revokeInvite',
    method: 'delete',
    path: '/invites/:id',
    tag: 'invites',
    summary: 'Take an invite back',
    description:
      'Answers the invite in its ended state; the same again is the same answer. The reason is for admins and auditors.',
    who: 'admin',
    body: z.strictObject({ reason: z.string().trim().min(1).max(200).optional() }).optional() as z.ZodType<
      { reason?: string | undefined } | undefined
    >,
    answers: { 200: { description: 'revoked', schema: inviteSchema } },
    refusals: ['invite_not_found', 'invite_already_redeemed', 'invite_replaced'],
    async handle({ house, params, body, principal, correlation }) {
      const inviteId = params['id'] ?? ''
      const by = { actor: `user:${principal.userId}`, correlation } as const
      const outcome = await house.execute(revokeInvite, { inviteId, reason: body?.reason ?? null }, by)
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      return { status: 200, body: presentInvite(await read(house, inviteId)) }
    },
  }),

  operation({
    operationId: 'redeemInvite',
    method: 'post',
    path: '/invite-redemptions',
    tag: 'invites',
    summary: 'Redeem an invite',
    description:
      'Creates the user, verifies the address and signs in, all or nothing. The same Idempotency-Key again answers tokens of the same session.',
    who: 'anonymous',
    body: z.strictObject({ token }),
    answers: { 201: { description: 'redeemed and signed in', schema: tokensSchema } },
    refusals: [
      'invite_not_found',
      'invite_already_redeemed',
      'invite_revoked',
      'invite_expired',
      'invite_replaced',
      'user_suspended',
    ],
    secretAnswer: true,
    async handle({ house, body, device, correlation, idempotencyKey }) {
      const sessionId =
        idempotencyKey === null ? undefined : derivedUlid(house, `redeem ${idempotencyKey} ${body.token}`)
      const session = startSession(house, device, 'api', sessionId)
      const refresh = house.tokens.firstRefresh(session.sessionId)
      const result = await redeemInviteToken(house, body.token, session, correlation, [refresh.alongside])
      if (result.outcome === 'refused') throw problemOf(result.refusal)
      return tokensFor(house, result.sessionId, refresh.token, 201)
    },
  }),

  operation({
    operationId: 'previewInvite',
    method: 'post',
    path: '/invite-previews',
    tag: 'invites',
    summary: 'What an invite is about',
    description: 'For pages that greet before they redeem. Changes nothing.',
    who: 'anonymous',
    body: z.strictObject({ token }),
    answers: { 200: { description: 'the preview', schema: previewSchema } },
    refusals: ['invite_not_found'],
    async handle({ house, body }) {
      const id = house.links.readInviteToken(body.token)
      const invite = id === null ? null : await house.reads.invites.get(id, house.now())
      if (!invite || invite.email === null) throw new Problem('invite_not_found')
      const inviter = invite.issuedBy.startsWith('user:')
        ? await house.reads.users.get(invite.issuedBy.slice('user:'.length))
        : null
      const { expiresAt, state } = invite
      return {
        status: 200,
        body: { email: maskAddress(invite.email), invitedBy: inviter?.name ?? null, expiresAt, state },
      }
    },
  }),
]
