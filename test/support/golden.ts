import type { EventType, NewEvent } from '../../src/domain/catalogue.ts'
import * as cast from './controls.ts'

const examples: readonly NewEvent[] = [
  cast.issued(),
  cast.resent(),
  cast.revoked({ reason: 'left the company' }),
  cast.redeemed(),
  cast.replaced(),
  cast.purged,
  cast.registered(cast.BEN, cast.BEN_ADDRESS, { kind: 'invite', inviteId: cast.INVITE }),
  cast.verified(cast.BEN, cast.BEN_ADDRESS, 'invite'),
  cast.firstPassword(),
  cast.firstPasswordUsed,
  cast.passwordChanged(),
  { type: 'ProfileChanged', data: { userId: cast.BEN, name: 'Ben', locale: null } },
  cast.granted(cast.ADA),
  cast.roleRevoked(cast.ADA),
  { type: 'UserSuspended', data: { userId: cast.BEN, roles: ['auditor'], reason: 'on leave' } },
  cast.reinstated(cast.BEN, ['auditor']),
  cast.erased(cast.BEN, { roles: ['auditor'], inviteIds: [cast.INVITE] }),
  cast.loggedIn('invite'),
  cast.loggedOut,
  cast.sessionsEnded('password-changed', cast.SESSION),
  cast.linkIssued(),
  cast.linkRedeemed,
  cast.mailSent,
  cast.mailFailed,
]

/** One example of every event type, as new golden files are written from. */
export const goldenExamples = Object.fromEntries(examples.map(({ type, data }) => [type, data])) as {
  readonly [K in EventType]: Extract<NewEvent, { type: K }>['data']
}
