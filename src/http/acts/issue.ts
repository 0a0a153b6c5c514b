import { addressSchema } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import type { Actor } from '../../domain/event.ts'
import type { Locale } from '../../domain/invites/events.ts'
import { issueInvite } from '../../domain/invites/issue-invite.ts'
import type { House } from '../house.ts'

export type Issued =
  | { readonly outcome: 'accepted'; readonly inviteId: string }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** `code` is the address rule that is broken. */
  | { readonly outcome: 'invalid'; readonly code: string }

export type InviteWish = {
  readonly email: string
  readonly role: 'member' | 'auditor'
  readonly locale: Locale
  readonly ttlMs: number
}

/** Issues one invite to an address as somebody typed it. */
export const issueInviteTo = async (
  house: House,
  { email, role, locale, ttlMs }: InviteWish,
  actor: Actor,
  correlation: string,
  inviteId = house.newId(),
): Promise<Issued> => {
  const address = addressSchema.safeParse(email)
  if (!address.success)
    return { outcome: 'invalid', code: address.error.issues[0]?.message ?? 'address_malformed' }
  const expiresAt = new Date(Date.parse(house.now()) + ttlMs).toISOString()
  const outcome = await house.execute(
    issueInvite,
    { inviteId, email: address.data, role, locale, expiresAt },
    { actor, correlation },
  )
  return outcome.outcome === 'refused'
    ? { outcome: 'refused', refusal: outcome.refusal }
    : { outcome: 'accepted', inviteId }
}
