import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { type Instant, instantSchema, ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { emailTag, invitableRoleSchema, inviteTag, localeSchema } from './events.ts'
import { address, invite } from './invite.ts'

/** An invite is for now, not for ever: a year is the longest that an address can be trusted to stay its person's. */
export const MAX_INVITE_DAYS = 365
const DAY_MS = 86_400_000

export const isInviteExpiryInRange = (expiresAt: Instant, now: Instant): boolean =>
  expiresAt > now && Date.parse(expiresAt) <= Date.parse(now) + MAX_INVITE_DAYS * DAY_MS

/** An admin invites an address. Several open invites to one address are fine; redeeming one replaces the others. */
export const issueInvite = command({
  type: 'IssueInvite',
  schema: z.strictObject({
    inviteId: ulidSchema,
    email: z.string(),
    role: invitableRoleSchema,
    locale: localeSchema,
    expiresAt: instantSchema,
  }),
  reads: ({ inviteId, email }, { actor }) => ({
    invite: reading(inviteTag(inviteId), invite),
    address: reading(emailTag(email), address),
    actor: standingOf(actor),
  }),
  decide: ({ inviteId, email, role, locale, expiresAt }, view, { now, actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.invite.status !== 'unknown') return accept()
    if (!isInviteExpiryInRange(expiresAt, now)) {
      return refuse('invite_expiry_out_of_range', { maxDays: MAX_INVITE_DAYS })
    }
    if (view.address.ownerId !== null) return refuse('email_already_registered')
    return accept({ type: 'InviteIssued', data: { inviteId, email, role, locale, expiresAt } })
  },
})
