import { accept, command, refuse } from '../decision.ts'
import { adminRefusal, refuseWith } from '../users/user.ts'
import { hasExpired } from './invite.ts'
import { issueInvite } from './issue-invite.ts'

/**
 * An admin invites an address from a list. Unlike an invite that is issued by hand it never is the second open one to
 * its address: lists are sent again, overlap, and are sent by two people at once.
 */
export const importInvite = command({
  ...issueInvite,
  type: 'ImportInvite',
  decide: (wish, view, context) => {
    const forbidden = adminRefusal(context.actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.invite.status !== 'unknown') return accept() // this very line was taken up before, whatever has become of it
    const isOpen = Object.values(view.address.openInvites).some(
      ({ expiresAt }) => !hasExpired(expiresAt, context.now),
    )
    if (view.address.ownerId === null && isOpen) return refuse('invite_already_open')
    return issueInvite.decide(wish, view, context)
  },
})
