import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { isTrusted } from '../users/user.ts'
import { inviteTag } from './events.ts'
import { invite } from './invite.ts'

/** An older history has come back, in which an invite is still there that has been purged since; open or not, it goes. */
export const repeatPurge = command({
  type: 'RepeatPurge',
  schema: z.strictObject({ inviteId: ulidSchema }),
  reads: ({ inviteId }) => ({ invite: reading(inviteTag(inviteId), invite) }),
  decide: ({ inviteId }, view, { actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    const { status } = view.invite
    return status === 'unknown' || status === 'purged'
      ? accept()
      : accept({ type: 'InvitePurged', data: { inviteId } })
  },
})
