import { importInvite } from '../../src/domain/invites/import-invite.ts'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { retryMail } from '../../src/domain/mails/retry-mail.ts'
import { createReferralCode } from '../../src/domain/referrals/create-referral-code.ts'
import { deleteReferralCode } from '../../src/domain/referrals/delete-referral-code.ts'
import { mailReferralCode } from '../../src/domain/referrals/mail-referral-code.ts'
import { redeemReferralCode } from '../../src/domain/referrals/redeem-referral-code.ts'
import { reinstateSubtree } from '../../src/domain/referrals/reinstate-subtree.ts'
import { suspendSubtree } from '../../src/domain/referrals/suspend-subtree.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { removeUnverifiedUser } from '../../src/domain/users/remove-unverified-user.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { ownWishes } from './own-wishes.ts'
import type { Invite, Person, Town } from './town.ts'
import {
  lastSession,
  manager,
  marker,
  maybe,
  oneself,
  startOf,
  type Wish,
  type Wishing,
  wishing,
} from './wishing.ts'

const aboutInvite = <T>(town: Town, make: (invite: Invite) => T): T | null => {
  const invite = town.chance.newest(town.invites)
  return invite ? make(invite) : null
}
const aboutPerson = <T>(town: Town, make: (person: Person) => T): T | null => {
  const person = town.somebody()
  return person ? make(person) : null
}
const invitation = (town: Town) => ({
  wish: {
    inviteId: town.ids(),
    email: town.address(),
    role: town.chance.of('member', 'auditor'),
    locale: town.chance.of('en', 'ru'),
    expiresAt: town.soon(),
  },
  actor: manager(town),
})
/** Whose an address is, as far as a page can tell; a new id where it is nobody's. */
const ownerOf = (town: Town, email: string): string =>
  town.people.find((one) => one.email === email && one.isVerified && !one.isGone)?.id ?? town.ids()

/** Who brought somebody, who brought those, and so on. */
const chainOf = (town: Town, id: string): string[] => {
  const chain: string[] = []
  let above = town.person(id)?.referrerId
  while (above && chain.length < 50) {
    chain.push(above)
    above = town.person(above)?.referrerId
  }
  return chain
}
const broughtBy = (town: Town, { id }: Person): string[] =>
  town.people.filter(({ referrerId }) => referrerId === id).map((one) => one.id)

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const aCode = (town: Town): string =>
  Array.from({ length: 16 }, () => CROCKFORD[town.chance.below(32)]).join('')

const DAY = 86_400_000

const wishings: readonly Wishing[] = [
  ...ownWishes,
  wishing(8, issueInvite, invitation),
  wishing(2, importInvite, invitation),
  wishing(3, resendInvite, (town) =>
    aboutInvite(town, ({ id }) => ({ wish: { inviteId: id, expiresAt: town.soon() }, actor: manager(town) })),
  ),
  wishing(2, revokeInvite, (town) =>
    aboutInvite(town, ({ id }) => ({
      wish: { inviteId: id, reason: maybe(town, () => 'left') },
      actor: manager(town),
    })),
  ),
  wishing(2, purgeInvite, (town) =>
    aboutInvite(town, ({ id }) => ({ wish: { inviteId: id }, actor: manager(town) })),
  ),
  wishing(12, redeemInvite, (town) =>
    aboutInvite(town, ({ id, email }) => {
      const userId = ownerOf(town, email)
      return {
        wish: {
          inviteId: id,
          email,
          userId,
          session: startOf(town, userId),
          firstPassword: maybe(town, () => ({ credentialId: town.ids(), expiresAt: town.soon() })),
        },
        actor: 'anonymous',
      }
    }),
  ),
  wishing(6, grantRole, (town) => {
    const isNew = town.chance.isOneIn(3)
    const userId = isNew ? town.ids() : town.somebody()?.id
    if (userId === undefined) return null
    const enrol = { email: town.address(), locale: town.chance.of('en', 'ru') }
    return {
      wish: {
        userId,
        role: town.chance.of('admin', 'admin', 'auditor'),
        enrol: isNew ? enrol : null,
        newCredentialId: maybe(town, town.ids),
      },
      actor: manager(town),
    }
  }),
  wishing(4, revokeRole, (town) => {
    const userId = town.chance.pick(town.admins)
    const person = userId === undefined ? undefined : town.person(userId)
    if (!person) return null
    return {
      wish: { userId: person.id, role: 'admin' as const, keepSessionId: lastSession(person) },
      actor: manager(town),
    }
  }),
  wishing(2, suspendUser, (town) =>
    aboutPerson(town, ({ id }) => ({
      wish: { userId: id, reason: maybe(town, () => `${marker(id)} was loud`) },
      actor: manager(town),
    })),
  ),
  wishing(5, reinstateUser, (town) =>
    aboutPerson(town, ({ id }) => ({ wish: { userId: id }, actor: manager(town) })),
  ),
  wishing(2, removeUnverifiedUser, (town) =>
    aboutPerson(town, ({ id }) => ({ wish: { userId: id, afterMs: DAY }, actor: 'system' })),
  ),
  wishing(5, createReferralCode, (town) =>
    aboutPerson(town, (person) => ({
      wish: {
        userId: person.id,
        codeId: town.ids(),
        code: aCode(town),
        description: maybe(town, () => `by ${marker(person.id)}`),
        expiresAt: town.soon(),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(1, deleteReferralCode, (town) => {
    const code = town.chance.newest(town.codes)
    return code ? { wish: { userId: code.userId, codeId: code.id }, actor: manager(town) } : null
  }),
  wishing(2, mailReferralCode, (town) => {
    const code = town.chance.newest(town.codes)
    return code
      ? {
          wish: {
            userId: code.userId,
            codeId: code.id,
            email: town.address(),
            locale: town.chance.of('en', 'ru'),
          },
          actor: `user:${code.userId}`,
        }
      : null
  }),
  wishing(6, redeemReferralCode, (town) => {
    const code = town.chance.newest(town.codes)
    if (!code) return null
    return aboutPerson(town, (person) => ({
      wish: {
        userId: person.id,
        codeId: code.id,
        referrerId: code.userId,
        chain: chainOf(town, code.userId),
      },
      actor: oneself(town, person),
    }))
  }),
  wishing(1, suspendSubtree, (town) =>
    aboutPerson(town, (person) => ({
      wish: {
        batchId: town.ids(),
        rootId: person.id,
        userIds: [person.id, ...broughtBy(town, person)],
        reason: null,
      },
      actor: manager(town),
    })),
  ),
  wishing(2, reinstateSubtree, (town) => {
    const batch = town.chance.newest(town.batches)
    const root = batch ? town.person(batch.rootId) : undefined
    return batch && root
      ? { wish: { batchId: batch.id, userIds: [root.id, ...broughtBy(town, root)] }, actor: manager(town) }
      : null
  }),
  wishing(2, retryMail, (town) => {
    const mail = town.chance.newest(town.failedMails)
    return mail
      ? { wish: { mailId: mail.mailId, about: mail.about as `user:${string}` }, actor: manager(town) }
      : null
  }),
]

const byWeight = wishings.flatMap((one) => Array.from({ length: one.weight }, () => one))

/** What somebody wishes now. */
export const anyWish = (town: Town): Wish => {
  for (;;) {
    const wish = town.chance.pick(byWeight)?.make(town)
    if (wish) return wish
  }
}

/** A world begins with an admin, as every installation does. */
export const firstAdmin = (town: Town): Wish => {
  const wish = {
    userId: town.ids(),
    role: 'admin',
    enrol: { email: town.address(), locale: 'en' },
    newCredentialId: town.ids(),
  } as const
  const made = wishing(1, grantRole, () => ({ wish, actor: 'system' })).make(town)
  if (!made) throw new Error('nobody wishes for an admin')
  return made
}
