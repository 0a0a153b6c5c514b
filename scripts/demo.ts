import { revokeInvite } from '../src/domain/invites/revoke-invite.ts'
import { recordDelivery } from '../src/domain/mails/record-delivery.ts'
import { changeProfile } from '../src/domain/users/change-profile.ts'
import { suspendUser } from '../src/domain/users/suspend-user.ts'
import { startSession } from '../src/http/acts/device.ts'
import { issueInviteTo } from '../src/http/acts/issue.ts'
import { redeemInviteToken } from '../src/http/acts/redeem.ts'
import { ADMIN, enrolAdmin } from '../test/support/admin.ts'
import { codeOf, plant } from '../test/support/grove.ts'
import { DAY, HOUR, MINUTE, openTestApp, type TestApp } from '../test/support/house.ts'

/** How each invite of a month went; `by` is how many hours later it was redeemed. */
const INVITED: readonly {
  readonly name: string
  readonly by?: number
  readonly end?: 'revoked' | 'bounced'
}[] = [
  { name: 'Grace Hopper', by: 3 },
  { name: 'Margaret Hamilton', by: 1 },
  { name: 'Alan Turing' },
  { name: 'Katherine Johnson', by: 20 },
  { name: 'Barbara Liskov', by: 2 },
  { name: 'Edsger Dijkstra', by: 31 },
  { name: 'Donald Knuth', end: 'revoked' },
  { name: 'Radia Perlman', by: 5 },
  { name: 'Frances Allen', by: 9 },
  { name: 'Niklaus Wirth' },
  { name: 'Karen Jones', by: 4 },
  { name: 'Tony Hoare', by: 7 },
  { name: 'Adele Goldberg', by: 2 },
  { name: 'John Backus', end: 'bounced' },
  { name: 'Hedy Lamarr', by: 6 },
  { name: 'Mary Jackson', by: 11 },
  { name: 'Leslie Lamport' },
  { name: 'Evelyn Boyd', by: 1 },
  { name: 'Robin Milner' },
  { name: 'Dorothy Vaughan' },
]
const CAME_BY_REFERRAL = ['Lynn Conway', 'Ken Thompson', 'Sophie Wilson', 'Dennis Ritchie', 'Joan Clarke']

const addressOf = (name: string): string => `${name.toLowerCase().replace(' ', '.')}@example.org`

export type Demo = {
  readonly app: TestApp
  /** Paths of links as they stand in mails. */
  readonly openInvite: string
  readonly deadInvite: string
  readonly referralLink: string
}

/** A house with a month behind it, in which everybody has a name and an address at example.org. */
export const openDemo = async (settings: Record<string, string> = {}): Promise<Demo> => {
  const app = await openTestApp({ DEV_MAILBOX: 'on', THROTTLE: 'off', ...settings })
  const { house, clock } = app
  const adminId = await enrolAdmin(app.floor, ADMIN)
  const by = { actor: `user:${adminId}`, correlation: house.newId() } as const
  await house.execute(changeProfile, { userId: adminId, name: 'Ada Lovelace', locale: null }, by)

  const redeem = async (inviteId: string, name: string): Promise<string> => {
    const device = {
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
      ip: '192.0.2.17',
    }
    const session = startSession(house, device, 'page')
    const redeemed = await redeemInviteToken(house, house.links.inviteToken(inviteId), session, house.newId())
    if (redeemed.outcome !== 'accepted') throw new Error(`${name}: ${redeemed.refusal.code}`)
    const { userId } = redeemed
    const self = { actor: `user:${userId}`, correlation: house.newId() } as const
    await house.execute(changeProfile, { userId, name, locale: null }, self)
    await app.mailsTo(addressOf(name))
    return userId
  }

  const bounce = async (inviteId: string, address: string): Promise<void> => {
    const [mail] = await house.reads.mails.to(address, 1)
    await house.execute(
      recordDelivery,
      {
        result: 'failed',
        mailId: mail?.id ?? '',
        about: `invite:${inviteId}`,
        template: 'invite',
        attempts: 1,
        reason: 'smtp_550',
      },
      { actor: 'system', correlation: house.newId() },
    )
  }

  const founder = await plant(app, { email: 'charles.babbage@example.org', name: 'Charles Babbage' })
  const code = await codeOf(app, founder)
  await app.mailsTo(founder.email)
  const guests = [...CAME_BY_REFERRAL]
  const inviteIds: string[] = []
  let lastToJoin = adminId
  for (const [index, { name, by: hours, end }] of INVITED.entries()) {
    clock.advance(DAY + ((index * 97) % 240) * MINUTE)
    const wish = { email: addressOf(name), role: 'member', locale: 'en', ttlMs: 7 * DAY } as const
    const issued = await issueInviteTo(house, wish, by.actor, house.newId())
    if (issued.outcome !== 'accepted') throw new Error(`${name} was not invited`)
    const { inviteId } = issued
    inviteIds.push(inviteId)
    if (end === 'bounced') await bounce(inviteId, wish.email)
    await app.mailsTo(wish.email)
    if (end === 'revoked')
      await house.execute(revokeInvite, { inviteId, reason: 'Typed the wrong address' }, by)
    if (hours !== undefined) {
      clock.advance(hours * HOUR)
      lastToJoin = await redeem(inviteId, name)
    }
    if (index % 4 === 2) {
      const guest = guests.shift()
      if (guest !== undefined) {
        await plant(app, { email: addressOf(guest), name: guest, code })
        await app.mailsTo(addressOf(guest))
      }
    }
  }
  await house.execute(suspendUser, { userId: lastToJoin, reason: 'Left the project' }, by)
  clock.advance(10 * MINUTE)
  await app.sealer.seal()
  const pathTo = (id = '') => `/invites/${house.links.inviteToken(id)}`
  return {
    app,
    openInvite: pathTo(inviteIds.at(-1)),
    deadInvite: pathTo(inviteIds[0]),
    referralLink: `/r/${code}`,
  }
}

export { ADMIN }
