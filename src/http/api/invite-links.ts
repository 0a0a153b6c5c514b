import { z } from 'zod'
import { maskAddress } from '../../domain/address.ts'
import { startSession } from '../acts/device.ts'
import { redeemInviteToken } from '../acts/redeem.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { derivedUlid } from './derived-ulid.ts'
import { operation } from './operation.ts'
import { stateSchema, tokensSchema, when } from './schemas.ts'
import { tokensFor } from './sessions.ts'

/** A lost answer may be asked for again this long; later the same request is somebody with an old link. */
const REPEAT_MS = 10 * 60_000

const inviteOf = async (house: House, token: string) => {
  const id = house.links.readInviteToken(token)
  const invite = id === null ? null : await house.reads.invites.get(id, house.now())
  if (!invite || invite.email === null) throw new Problem('invite_not_found')
  return { ...invite, email: invite.email }
}

const refuseLateRepeat = async (house: House, token: string): Promise<void> => {
  const { state, redeemedAt } = await inviteOf(house, token)
  if (state !== 'redeemed' || redeemedAt === null) return
  if (Date.parse(house.now()) - Date.parse(redeemedAt) < REPEAT_MS) return
  throw new Problem('invite_already_redeemed', { redeemedAt })
}

const body = z.strictObject({
  token: z.string().max(200).meta({ description: 'from the link in the mail' }),
})

/** What whoever holds an invite's link may do with it. */
export const inviteLinkOperations = [
  operation({
    operationId: 'redeemInvite',
    method: 'post',
    path: '/invite-redemptions',
    tag: 'invites',
    summary: 'Redeem an invite',
    description:
      'Creates the user, verifies the address and signs in, all or nothing. For ten minutes the same Idempotency-Key again answers new tokens of the same session.',
    who: 'anonymous',
    body,
    answers: { 201: { description: 'redeemed and signed in', schema: tokensSchema } },
    refusals: [
      'invite_not_found',
      'invite_already_redeemed',
      'invite_revoked',
      'invite_expired',
      'invite_replaced',
      'user_suspended',
      'email_already_registered',
    ],
    seesToRepeats: true,
    async handle({ house, body: { token }, device, correlation, idempotencyKey }) {
      if (idempotencyKey !== null) await refuseLateRepeat(house, token)
      const sessionId =
        idempotencyKey === null ? undefined : derivedUlid(house, `redeem ${idempotencyKey} ${token}`)
      const session = startSession(house, device(), 'api', sessionId)
      const refresh = house.tokens.firstRefresh(session.sessionId)
      const result = await redeemInviteToken(house, token, session, correlation, [refresh.alongside])
      if (result.outcome === 'refused') throw problemOf(result.refusal)
      const answer = await tokensFor(house, result.sessionId, refresh.token, 201)
      if (!answer) throw new Problem('invite_already_redeemed') // a repeat, and its session has ended meanwhile
      return answer
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
    body,
    answers: {
      200: {
        description: 'the preview',
        schema: z
          .strictObject({
            email: z.nullable(z.string()).meta({
              description: 'masked; null once the invite has ended',
              examples: ['a•••e@example.org'],
            }),
            invitedBy: z
              .nullable(z.string())
              .meta({ description: 'name; null once the invite has ended', examples: ['Grace Hopper'] }),
            expiresAt: when,
            state: stateSchema,
          })
          .meta({ id: 'InvitePreview' }),
      },
    },
    refusals: ['invite_not_found'],
    async handle({ house, body: { token } }) {
      const { email, issuedBy, expiresAt, state } = await inviteOf(house, token)
      // A mail that lies about for years tells how its invite ended, and no longer who wrote to whom.
      if (state !== 'open') return { status: 200, body: { email: null, invitedBy: null, expiresAt, state } }
      const [kind, inviterId = ''] = issuedBy.split(':')
      const inviter = kind === 'user' ? await house.reads.users.get(inviterId) : null
      return {
        status: 200,
        body: { email: maskAddress(email), invitedBy: inviter?.name ?? null, expiresAt, state },
      }
    },
  }),
]
