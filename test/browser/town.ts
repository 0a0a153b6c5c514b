import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { issueInviteTo } from '../../src/http/acts/issue.ts'
import { redeemInviteToken } from '../../src/http/acts/redeem.ts'
import { requestSignInLink } from '../../src/http/acts/request-sign-in-link.ts'
import { DAY, type TestApp } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'

export type Town = {
  readonly adminId: string
  /** Links by the state that their invite is in. */
  readonly links: Readonly<Record<'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced', string>>
  readonly signInLink: string
  readonly memberId: string
  readonly firstPassword: string
}

let person = 0

/** Somebody new, invited; with the path of the link in their mail. */
export const invite = async (of: TestApp, issuer: string): Promise<{ email: string; link: string }> => {
  const email = `person${++person}@example.org`
  const wish = { email, role: 'member', locale: 'en', ttlMs: 7 * DAY } as const
  const issued = await issueInviteTo(of.house, wish, `user:${issuer}`, of.house.newId())
  if (issued.outcome !== 'accepted') throw new Error(`${email} was not invited`)
  const [mail] = await of.mailsTo(email)
  return { email, link: new URL(linkIn(mail?.text ?? '', '/invites/')).pathname }
}

const MEMBER = 'margarethe.von-lichtenstein-zu-hohenfels@a-rather-long-department-name.example.org'
export const NEWCOMER = { email: 'newcomer@example.org' }

/** An installation some days into its life: invites in every state, users of every kind, mail that came and did not. */
export const settle = async (app: TestApp, adminId: string): Promise<Town> => {
  const { house, clock } = app
  const by = { actor: `user:${adminId}`, correlation: house.newId() } as const
  await house.execute(changeProfile, { userId: adminId, name: 'Ada Lovelace', locale: null }, by)

  const issue = async (email: string, ttlMs = 7 * DAY): Promise<string> => {
    clock.advance(61_000)
    const issued = await issueInviteTo(
      house,
      { email, role: 'member', locale: 'en', ttlMs },
      by.actor,
      by.correlation,
    )
    if (issued.outcome !== 'accepted') throw new Error(`${email}: ${JSON.stringify(issued)}`)
    return issued.inviteId
  }
  const redeem = async (inviteId: string): Promise<string> => {
    const device = {
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
      ip: '192.0.2.17',
    }
    const result = await redeemInviteToken(
      house,
      house.links.inviteToken(inviteId),
      startSession(house, device, 'page'),
      house.newId(),
    )
    if (result.outcome !== 'accepted') throw new Error(result.refusal.code)
    return result.userId
  }

  const expired = await issue('late@example.org', 60_000)
  const replaced = await issue(MEMBER)
  const redeemed = await issue(MEMBER)
  const memberId = await redeem(redeemed)
  const revoked = await issue('mistaken@example.org')
  await house.execute(revokeInvite, { inviteId: revoked, reason: 'Typed the wrong address' }, by)
  const suspendedId = await redeem(await issue('troublemaker@example.org'))
  await house.execute(suspendUser, { userId: suspendedId, reason: null }, by)
  await redeem(await issue(NEWCOMER.email))
  await app.mailsTo(NEWCOMER.email)
  const letter = app.mails.find(({ to, text }) => to === NEWCOMER.email && text.includes('First password'))
  const open = await issue('grace.hopper@example.org')
  const bounced = await issue('bounces@nowhere.example.org')
  const [mail] = await house.reads.mails.to('bounces@nowhere.example.org', 1)
  await house.execute(
    recordDelivery,
    {
      result: 'failed',
      mailId: mail?.id ?? '',
      about: `invite:${bounced}`,
      template: 'invite',
      attempts: 1,
      reason: 'smtp_550',
    },
    { actor: 'system', correlation: house.newId() },
  )
  await requestSignInLink(house, NEWCOMER.email, by.correlation)
  await app.mailsTo(NEWCOMER.email)
  const way = app.mails.find(({ to, text }) => to === NEWCOMER.email && text.includes('/sign-in/'))
  const linkTo = (id: string) => `/invites/${house.links.inviteToken(id)}`
  return {
    adminId,
    signInLink: new URL(linkIn(way?.text ?? '', '/sign-in/')).pathname,
    memberId,
    firstPassword: /First password: ([A-Z2-7]+)/.exec(letter?.text ?? '')?.[1] ?? '',
    links: {
      open: linkTo(open),
      redeemed: linkTo(redeemed),
      revoked: linkTo(revoked),
      expired: linkTo(expired),
      replaced: linkTo(replaced),
    },
  }
}
