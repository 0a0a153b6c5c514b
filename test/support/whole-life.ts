import { expect } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import type { Api } from '../http/api/client.ts'
import { DAY, type TestApp } from './house.ts'
import { CLEARBIT_PERSON, hunterSays, json, openStub } from './outside.ts'
import { consented, registered, relyingParty } from './relying-party.ts'
import { linkIn, Visitor } from './visitor.ts'

/** What nobody else has, in every spelling that a byte search could find. */
export const TRACES = {
  address: 'zephyrine.quux@example.org',
  newAddress: 'zephyrine.moved@example.net',
  invited: 'friend.of.zephyrine@example.org',
  name: 'Zephyrine Quuxova',
  agent: 'ZephyrBrowser/47.11',
  about: 'Zephyrine wrote twice',
  described: 'for the choir of Zephyrine',
  company: 'Zephyr Engines',
  password: 'zephyrine-horse-battery',
} as const

/** In every way that a text is likely to be written down. */
export const spellings = (text: string): readonly Buffer[] =>
  [text, text.toLowerCase(), encodeURIComponent(text)].flatMap((one) => [
    Buffer.from(one),
    Buffer.from(Buffer.from(one).toString('base64').slice(0, -4)),
    Buffer.from(Buffer.from(one).toString('hex')),
  ])

/** The outside services that know something of them. */
export const openOutside = async () => {
  const verifier = await openStub(json(hunterSays('valid', 'deliverable')))
  const enrichment = await openStub(
    json({
      ...CLEARBIT_PERSON,
      name: { ...CLEARBIT_PERSON.name, fullName: TRACES.name },
      employment: { ...CLEARBIT_PERSON.employment, name: TRACES.company },
    }),
  )
  return {
    environment: {
      EMAIL_VERIFIER_URL: verifier.url,
      ENRICHMENT_URL: enrichment.url,
      SEAL_MAIL: 'daily',
      THROTTLE: 'on',
    },
    close: async () => {
      await verifier.close()
      await enrichment.close()
    },
  }
}

/** Signs in to the application of somebody else, which asks who it is and stays signed in. */
const visitApplication = async (app: TestApp, visitor: Visitor): Promise<void> => {
  const party = await relyingParty(app, await registered(app))
  const attempt = await party.begin()
  const tokens = await party.exchange(await consented(visitor, attempt, app.address), attempt)
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const claims = (await (await fetch(`${app.address}/oidc/me`, { headers })).json()) as object
  expect(claims).toMatchObject({ email: TRACES.address, name: TRACES.name })
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }
  expect((await party.tokens(refresh)).status).toBe(200)
  await visitor.get((await party.begin({ prompt: 'login' })).path) // begins once more, and leaves it at that
}

/** Everything that the product can do with a person. */
export const liveThrough = async (api: Api, adminToken: string): Promise<string> => {
  const { app } = api
  const headers = { 'user-agent': TRACES.agent }
  const issue = { token: adminToken, body: { email: TRACES.address }, headers: { 'idempotency-key': 'one' } }
  const first = await api.call('POST', '/invites', issue)
  expect(first.status).toBe(201)
  expect((await api.call('POST', '/invites', issue)).body).toStrictEqual(first.body) // a repeat is answered from what was kept
  const revoked = { token: adminToken, body: { reason: TRACES.about } }
  await api.call('DELETE', `/invites/${String(first.body['id'])}`, revoked)
  await api.issue(adminToken, TRACES.address)
  const visitor = new Visitor(app.address, TRACES.agent)
  const token = await api.inviteToken(TRACES.address)
  const joined = await api.call('POST', '/invite-redemptions', { body: { token }, headers })
  expect(joined.status).toBe(201)
  const first_ = await api.firstPassword(TRACES.address)
  const signIn = { email: TRACES.address, password: first_ }
  const entered = await api.call('POST', '/sessions', { body: signIn, headers })
  const own = String(entered.body['accessToken'])
  const set = { currentPassword: first_, newPassword: TRACES.password }
  expect((await api.call('PUT', '/me/password', { token: own, body: set, headers })).status).toBe(204)
  const again = await api.signIn({ email: TRACES.address, password: TRACES.password })
  const as = { token: again.accessToken, headers }
  await api.call('PATCH', '/me', { ...as, body: { name: TRACES.name } })
  const expiresAt = plus(app.clock(), 7 * DAY)
  const code = { ...as, body: { description: TRACES.described, expiresAt } }
  expect((await api.call('POST', '/me/referral-code', code)).status).toBe(201)
  const friend = { ...as, body: { email: TRACES.invited } }
  expect((await api.call('POST', '/me/referral-code/mails', friend)).status).toBe(202)
  await api.call('POST', '/sessions', { body: { email: TRACES.address, password: 'wrong' }, headers })
  await api.call('POST', '/password-resets', { body: { email: TRACES.address }, headers })
  await visitor.signIn(TRACES.address, TRACES.password)
  await visitor.get('/profile')
  await visitApplication(app, visitor)
  const move = { email: TRACES.newAddress, currentPassword: TRACES.password }
  expect((await api.call('PUT', '/me/email', { ...as, body: move })).status).toBe(202)
  const mail = (await app.mailsTo(TRACES.newAddress)).at(-1)
  const link = new URL(linkIn(mail?.text ?? '', '/verify/')).pathname
  expect((await visitor.submit(await visitor.get(link), link)).status).toBe(303)
  const id = again.userId
  const suspension = { token: adminToken, body: { reason: TRACES.about } }
  await api.call('PUT', `/users/${id}/suspension`, suspension)
  await api.call('DELETE', `/users/${id}/suspension`, { token: adminToken })
  const grant = { userId: id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await app.floor.execute(grantRole, grant, { actor: 'operator', correlation: app.floor.ids() })
  await app.sealer.seal()
  expect((await app.mailsTo(TRACES.newAddress)).at(-1)?.text).toContain('/history/seals')
  await app.settled()
  return id
}
