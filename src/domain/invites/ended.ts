import { assertNever, type Decision, refuse } from '../decision.ts'
import type { Invite } from './invite.ts'

/** Why an invite that is not open can't be used: one answer for every command that needs an open one. */
export const endedInviteRefusal = (invite: Exclude<Invite, { status: 'open' }>): Decision => {
  switch (invite.status) {
    case 'unknown':
    case 'purged':
      return refuse('invite_not_found')
    case 'redeemed':
      return refuse('invite_already_redeemed', { redeemedAt: invite.redeemedAt })
    case 'revoked':
      return refuse('invite_revoked', { revokedAt: invite.revokedAt })
    case 'replaced':
      return refuse('invite_replaced', { replacedAt: invite.replacedAt })
    default:
      return assertNever(invite)
  }
}
