import { registerClient } from '../../src/domain/clients/register-client.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { registerWebhook } from '../../src/domain/webhooks/register-webhook.ts'
import { planList } from '../../src/http/acts/imports.ts'
import { createOwnReferralCode } from '../../src/http/acts/referrals.ts'
import { requestSignInLink } from '../../src/http/acts/request-sign-in-link.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import type { Site } from '../http/pages/site.ts'
import { DAY } from '../support/house.ts'
import { consented, followHere, relyingParty } from '../support/relying-party.ts'
import { linkIn, type Visitor } from '../support/visitor.ts'

export const CALLERS = ['anonymous', 'user', 'other', 'inviter', 'admin', 'auditor', 'application'] as const
export type Caller = (typeof CALLERS)[number]

/** Everything that a page can be about, and everybody who can ask for one. */
export type Scene = {
  readonly visitors: Readonly<Record<Caller, Visitor>>
  /** What an application holds of the user: it opens userinfo, and nothing of ours. */
  readonly applicationToken: string
  /** The path of a route with what it is about filled in. */
  readonly concrete: (path: string) => string
}

const applicationTokenOf = async (site: Site, clientId: string, user: Visitor): Promise<string> => {
  const party = await relyingParty(site, { clientId, secret: null })
  const attempt = await party.begin()
  const landed = await consented(user, attempt, site.address)
  return (await party.exchange(landed, attempt)).access_token
}

const interactionOf = async (site: Site, clientId: string, user: Visitor): Promise<string> => {
  const party = await relyingParty(site, { clientId, secret: null })
  const { path } = await party.begin({ prompt: 'consent' })
  return (await followHere(user, await user.get(path), site.address)).url.split('/').at(-1) ?? ''
}

/** Links of every kind, as they were mailed. */
const linksOf = async (site: Site, email: string): Promise<Readonly<Record<string, string>>> => {
  const { house } = site
  const somebody = `waiting-for-${house.newId().toLowerCase()}@example.org`
  const stranger = site.visitor()
  const form = await stranger.get('/register')
  const chosen = {
    name: '',
    email: somebody,
    password: 'a quiet place to sit',
    repeat: 'a quiet place to sit',
  }
  await stranger.submit(form, '/register', chosen)
  const forgetful = site.visitor()
  await forgetful.submit(await forgetful.get('/password/forgot'), '/password/forgot', { email })
  await requestSignInLink(house, email, house.newId())
  const lastPart = async (to: string, kind: string): Promise<string> => {
    const mail = (await site.mailsTo(to)).findLast(({ text }) => text.includes(kind))
    return new URL(linkIn(mail?.text ?? '', kind)).pathname.slice(kind.length)
  }
  return {
    invites: (await site.invited()).path.slice('/invites/'.length),
    'sign-in': await lastPart(email, '/sign-in/'),
    verify: await lastPart(somebody, '/verify/'),
    password: await lastPart(email, '/password/reset/'),
  }
}

export const setScene = async (site: Site, admin: Visitor): Promise<Scene> => {
  const { house } = site
  const by = { actor: 'operator', correlation: house.newId() } as const
  const [user, other, inviter, auditor] = [
    await site.member(),
    await site.member(),
    await site.member(),
    await site.member(),
  ]
  const auditing = { userId: auditor.id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await house.execute(grantRole, auditing, by)
  const expiresAt = plus(site.clock(), 7 * DAY)
  const made = await createOwnReferralCode(
    house,
    inviter.id,
    { description: null, expiresAt },
    by.correlation,
  )
  if (made.outcome === 'refused') throw new Error(made.refusal.code)
  const brought = await user.visitor.get('/profile/referrals')
  await user.visitor.submit(brought, '/profile/referrals/referrer', {
    referralCode: made.code.code,
    asked: 'yes',
  })

  const [clientId, webhookId, importId] = [house.newId(), house.newId(), house.newId()]
  const redirectUris = ['https://app.example/callback']
  await house.execute(registerClient, { clientId, name: 'Example App', kind: 'public', redirectUris }, by)
  const hook = {
    webhookId,
    secretId: house.newId(),
    url: 'http://127.0.0.1:9/',
    description: null,
    types: [],
  }
  await house.execute(registerWebhook, { ...hook, isAtHome: true }, by)
  await planList(house, [Buffer.from('email\nlisted@example.org\n')], {
    id: importId,
    actor: `user:${site.adminId}`,
  })
  const sealed = await site.sealer.seal()
  const links = await linksOf(site, user.email)
  const [mail] = await house.reads.mails.to(user.email, 1)
  const [invite] = await house.reads.invites.list({ state: 'open' }, { now: site.clock(), limit: 1 })
  const applicationToken = await applicationTokenOf(site, clientId, user.visitor)
  const interaction = await interactionOf(site, clientId, user.visitor)

  const ids: readonly (readonly [prefix: string, id: string])[] = [
    ['/admin/invites/imports/', importId],
    ['/admin/invites/', invite?.id ?? ''],
    ['/admin/referrals/batches/', clientId],
    ['/admin/referrals/', inviter.id],
    ['/admin/users/', user.id],
    ['/admin/mails/', mail?.id ?? ''],
    ['/admin/clients/', clientId],
    ['/admin/webhooks/', webhookId],
    ['/mailbox/', mail?.id ?? ''],
  ]
  return {
    visitors: {
      anonymous: site.visitor(),
      user: user.visitor,
      other: other.visitor,
      inviter: inviter.visitor,
      admin,
      auditor: auditor.visitor,
      application: site.visitor(),
    },
    applicationToken,
    concrete: (path) =>
      path
        .replace(':token', links[path.split('/')[1] ?? ''] ?? '')
        .replace(':id', ids.find(([prefix]) => path.startsWith(prefix))?.[1] ?? '')
        .replace(':address', user.email)
        .replace(':code', made.code.code)
        .replace(':position', '1')
        .replace(':size', String(sealed?.size ?? 0))
        .replace(':template', 'invite')
        .replace(':language', 'en')
        .replace(':deliveryId', clientId)
        .replace(':uid', interaction),
  }
}
