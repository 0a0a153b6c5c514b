import type { Command } from '../../src/domain/decision.ts'
import type { Invite } from '../../src/domain/invites/invite.ts'
import type { Projection } from '../../src/projections/projection.ts'
import type { Seams } from './seams.ts'

/** Redeeming takes an invite that was redeemed before for one that is still open. */
const forgetsRedemption = <C, V>(command: Command<C, V>): Command<C, V> => {
  if (command.type !== 'RedeemInvite') return command
  return {
    ...command,
    decide: (wish, view, context) => {
      const { inviteId, email } = wish as { inviteId: string; email: string }
      const { invite } = view as { invite: Invite }
      if (invite.status !== 'redeemed') return command.decide(wish, view, context)
      const open: Invite = {
        status: 'open',
        issuedEventId: inviteId,
        email,
        role: 'member',
        locale: 'en',
        expiresAt: '9999-01-01T00:00:00.000Z',
      }
      return command.decide(wish, { ...view, invite: open }, context)
    },
  }
}

const withoutEndOfSessions = (all: readonly Projection[]): readonly Projection[] =>
  all.map((one) =>
    one.name === 'sessions'
      ? { ...one, project: (event) => (event.type === 'SessionsEnded' ? [] : one.project(event)) }
      : one,
  )

const withoutMailSent = (all: readonly Projection[]): readonly Projection[] =>
  all.map((one) =>
    one.name === 'invites'
      ? { ...one, project: (event) => (event.type === 'MailSent' ? [] : one.project(event)) }
      : one,
  )

/** What is broken, how, and which law has to say so. */
export const planted: readonly (readonly [bug: string, seams: Partial<Seams>, law: RegExp])[] = [
  ['a decision forgets that an invite was redeemed', { command: forgetsRedemption }, /^an invite ends once/],
  [
    'a store loses one of forty commits that it acknowledges',
    { isWritten: (commits) => commits % 40 !== 39 },
    /^nothing that was acknowledged is lost/,
  ],
  [
    'a projection drops an update that a law looks at',
    { projections: withoutEndOfSessions },
    /^the sessions/,
  ],
  ['a projection drops an update that none looks at', { projections: withoutMailSent }, /^read tables equal/],
  [
    'a runner forgets to note what it has sent, and sends it again under another id',
    {
      isNoted: (count) => count % 50 !== 49,
      mail: (mail, count) => ({ ...mail, id: `${mail.id}-${count}` }),
    },
    /^a mail bears the id of the event/,
  ],
  ['a cache is not emptied when the other node has written', { isCacheEmptied: false }, /./],
]
