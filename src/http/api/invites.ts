import { z } from 'zod'
import { invitableRoleSchema, localeSchema } from '../../domain/invites/events.ts'
import { issueInvite } from '../../domain/invites/issue-invite.ts'
import { resendInvite } from '../../domain/invites/resend-invite.ts'
import { revokeInvite } from '../../domain/invites/revoke-invite.ts'
import { inviteLocale } from '../../domain/settings/in-force.ts'
import type { InviteView } from '../../projections/invites.ts'
import { reachOfInvite } from '../acts/reach.ts'
import { whyInvite } from '../acts/why.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { ulidEnding } from './derived-ulid.ts'
import { expiryFields, expiryFrom } from './expiry.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { operation } from './operation.ts'
import {
  causeSchema,
  deliverySchema,
  emailSchema,
  inviteSchema,
  presentCause,
  presentInvite,
  reasonBody,
  stateSchema,
} from './schemas.ts'

const inviteDetailSchema = z
  .strictObject({ ...inviteSchema.shape, why: z.nullable(causeSchema) })
  .meta({ id: 'InviteDetail' })

const read = async (house: House, id: string): Promise<InviteView> => {
  const invite = await house.reads.invites.get(id, house.now())
  if (!invite) throw new Problem('invite_not_found')
  return invite
}

/** After a day a key is forgotten, and what was done under it is no repeat any more. */
const KEY_KEPT_MS = 24 * 3_600_000
/** Far more than anybody has of one address in that time. */
const MOST_OF_AN_ADDRESS = 100

/**
 * The id for an invite, and the one that was issued before under the same Idempotency-Key: the process may have ended
 * before it could keep its answer.
 */
const idFor = async (house: House, key: string | null, { email }: { email: string }) => {
  if (key === null) return { inviteId: house.newId(), before: undefined }
  const { id, end } = ulidEnding(house, `invite ${key}`)
  const now = house.now()
  const issued = await house.reads.invites.list({ email }, { now, limit: MOST_OF_AN_ADDRESS })
  const isKept = (at: string) => Date.parse(now) - Date.parse(at) <= KEY_KEPT_MS
  return { inviteId: id, before: issued.find((one) => one.id.endsWith(end) && isKept(one.issuedAt)) }
}

const issuedAnswer = (body: z.infer<typeof inviteSchema>) => ({
  status: 201 as const,
  headers: { location: `/api/v1/invites/${body.id}` },
  body,
})

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
    body: z
      .strictObject({
        email: emailSchema,
        role: invitableRoleSchema.optional().meta({ description: 'else as admins have set it: member' }),
        locale: localeSchema
          .optional()
          .meta({ description: 'language of the mail; else as admins have set it: en' }),
        ...expiryFields,
      })
      .refine(({ expiresAt, expiresIn }) => expiresAt === undefined || expiresIn === undefined, {
        error: 'expiry_given_twice',
        path: ['expiresIn'],
      })
      .meta({ examples: [{ email: 'ada@example.org', role: 'member', locale: 'en' }] }),
    answers: { 201: { description: 'issued; `Location` is its address', schema: inviteSchema } },
    refusals: ['email_already_registered', 'invite_expiry_out_of_range'],
    async handle({ house, body, principal, correlation, idempotencyKey }) {
      const { inviteId, before } = await idFor(house, idempotencyKey, body)
      if (before) return issuedAnswer(presentInvite(before))
      const inForce = await house.inForce.fresh()
      const { email, role = inForce.inviteRole, locale = inviteLocale(inForce, 'en') } = body
      const expiresAt = expiryFrom(body, house.now(), inForce.inviteTtlMs)
      const actor = `user:${principal.userId}` as const
      const outcome = await house.execute(
        issueInvite,
        { inviteId, email, role, locale, expiresAt },
        { actor, correlation },
      )
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      const [issued] = outcome.events
      if (!issued) throw new Error('a new invite came without its event')
      // What the projection has just written, without reading it back.
      return issuedAnswer({
        id: inviteId,
        email,
        role,
        state: 'open',
        delivery: 'queued',
        issuedAt: issued.at,
        issuedBy: actor,
        expiresAt,
        sentAt: null,
        redeemedAt: null,
        redeemedUserId: null,
        revokedAt: null,
        revokedBy: null,
        reason: null,
      })
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
      state: stateSchema.optional(),
      delivery: deliverySchema.optional(),
      email: emailSchema.optional(),
      issuedBy: z
        .string()
        .max(60)
        .optional()
        .meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
    }),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(inviteSchema) } },
    refusals: [],
    asOf: () => 'everything',
    async handle({ house, query: { limit, cursor, ...filters } }) {
      const found = await house.reads.invites.list(filters, {
        now: house.now(),
        limit: limit + 1,
        after: cursor,
      })
      return pageOf(found, presentInvite, { url: '/api/v1/invites', filters, limit })
    },
  }),

  operation({
    operationId: 'getInvite',
    method: 'get',
    path: '/invites/:id',
    tag: 'invites',
    summary: 'One invite',
    description: 'Ended invites stay readable. `why` names the event that made it what it is.',
    who: 'auditor',
    answers: { 200: { description: 'the invite', schema: inviteDetailSchema } },
    refusals: ['invite_not_found'],
    asOf: (known, { id = '' }) => reachOfInvite(known, id),
    async handle({ house, params }) {
      const invite = await read(house, params['id'] ?? '')
      const cause = await whyInvite(house, invite.id)
      return { status: 200, body: { ...presentInvite(invite), why: cause && presentCause(cause) } }
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
      const expiresAt = expiryFrom({}, house.now(), (await house.inForce.fresh()).inviteTtlMs)
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
    body: reasonBody,
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
]
