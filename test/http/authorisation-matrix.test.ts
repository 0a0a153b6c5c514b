import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { registerWebhook } from '../../src/domain/webhooks/register-webhook.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { issueInviteTo } from '../../src/http/acts/issue.ts'
import { createOwnReferralCode, redeemOwnReferral } from '../../src/http/acts/referrals.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { insert } from '../../src/projections/projection.ts'
import { DAY } from '../support/house.ts'
import { consented, registered, relyingParty } from '../support/relying-party.ts'
import { Visitor } from '../support/visitor.ts'
import { Api } from './api/client.ts'
import { givenUp } from './given-up.ts'

const PASSWORD = 'a password of their own'
/** The inviter brought the owner here; the application holds a token that the owner allowed it, for userinfo and no more. */
const CALLERS = ['anonymous', 'owner', 'other', 'inviter', 'admin', 'auditor', 'application'] as const
type Caller = (typeof CALLERS)[number]

type Person = {
  readonly id: string
  readonly email: string
  readonly token: string
  readonly sessionId: string
  readonly refreshToken: string
}
/** What a call is about: a user (the owner of what is theirs), and for some calls an invite or a client. */
type Scene = {
  readonly owner: Person
  readonly inviter: Person
  readonly inviteId: string
  readonly clientId: string
  readonly webhookId: string
  readonly mailId: string
  readonly code: string
  readonly fresh: string
  readonly sealed: number
}

type Answers = readonly [
  anonymous: number,
  owner: number,
  other: number,
  inviter: number,
  admin: number,
  auditor: number,
  application: number,
]

/**
 * Who gets which answer. The owner is the user that the call is about. 409 is an answer to somebody who may ask:
 * there is nothing left to confirm or complete, the code is there already, or it is their own.
 */
const MATRIX: Readonly<Record<string, Answers>> = {
  getMe: [401, 200, 200, 200, 200, 200, 401],
  changeProfile: [401, 200, 200, 200, 200, 200, 401],
  changePassword: [401, 204, 204, 204, 204, 204, 401],
  changeEmail: [401, 202, 202, 202, 202, 202, 401],
  eraseMe: [401, 204, 204, 204, 204, 204, 401],
  exportMe: [401, 200, 200, 200, 200, 200, 401],
  logout: [401, 204, 204, 204, 204, 204, 401],

  listSessions: [401, 200, 200, 200, 200, 200, 401],
  endSession: [401, 204, 404, 404, 404, 404, 401],
  endSessions: [401, 204, 204, 204, 204, 204, 401],
  listLogins: [401, 200, 200, 200, 200, 200, 401],

  login: [201, 201, 201, 201, 201, 201, 201],
  issueToken: [200, 200, 200, 200, 200, 200, 200],
  refreshSession: [200, 200, 200, 200, 200, 200, 200],
  redeemInvite: [201, 201, 201, 201, 201, 201, 201],
  previewInvite: [200, 200, 200, 200, 200, 200, 200],
  registerUser: [201, 201, 201, 201, 201, 201, 201],
  requestPasswordReset: [202, 202, 202, 202, 202, 202, 202],
  resetPassword: [404, 404, 404, 404, 404, 404, 404],
  sendVerificationCode: [401, 409, 403, 403, 403, 403, 401],
  verifyEmail: [401, 409, 403, 403, 403, 403, 401],
  completeRegistration: [401, 409, 403, 403, 403, 403, 401],

  issueInvite: [401, 403, 403, 403, 201, 403, 401],
  listInvites: [401, 403, 403, 403, 200, 200, 401],
  getInvite: [401, 403, 403, 403, 200, 200, 401],
  resendInvite: [401, 403, 403, 403, 201, 403, 401],
  revokeInvite: [401, 403, 403, 403, 200, 403, 401],
  importInvites: [401, 403, 403, 403, 202, 403, 401],
  getInviteImport: [401, 403, 403, 403, 404, 403, 401],
  startInviteImport: [401, 403, 403, 403, 404, 403, 401],
  cancelInviteImport: [401, 403, 403, 403, 404, 403, 401],

  listUsers: [401, 403, 403, 403, 200, 200, 401],
  getUser: [401, 200, 403, 403, 200, 200, 401],
  changeUser: [401, 200, 403, 403, 200, 403, 401],
  deleteUser: [401, 403, 403, 403, 204, 403, 401],
  suspendUser: [401, 403, 403, 403, 204, 403, 401],
  reinstateUser: [401, 403, 403, 403, 204, 403, 401],
  listRoles: [401, 200, 403, 403, 200, 200, 401],
  grantRole: [401, 403, 403, 403, 200, 403, 401],
  revokeRole: [401, 403, 403, 403, 200, 403, 401],

  createReferralCode: [401, 409, 201, 409, 201, 201, 401],
  getReferralCode: [401, 200, 404, 200, 404, 404, 401],
  deleteReferralCode: [401, 204, 404, 204, 404, 404, 401],
  mailReferralCode: [401, 202, 404, 202, 404, 404, 401],
  findReferralCode: [401, 200, 200, 200, 200, 200, 401],
  redeemReferralCode: [401, 409, 200, 409, 200, 200, 401],
  listReferrals: [401, 200, 200, 200, 200, 200, 401],
  listReferrers: [401, 200, 403, 403, 200, 200, 401],
  getReferralTree: [401, 200, 403, 403, 200, 200, 401],
  listTopReferrers: [401, 403, 403, 403, 200, 200, 401],
  previewSubtree: [401, 403, 403, 403, 200, 200, 401],
  suspendSubtree: [401, 403, 403, 403, 201, 403, 401],
  listSubtreeSuspensions: [401, 403, 403, 403, 200, 200, 401],
  reinstateSubtree: [401, 403, 403, 403, 404, 403, 401],

  registerClient: [401, 403, 403, 403, 201, 403, 401],
  listClients: [401, 403, 403, 403, 200, 200, 401],
  getClient: [401, 403, 403, 403, 200, 200, 401],
  changeClient: [401, 403, 403, 403, 200, 403, 401],
  removeClient: [401, 403, 403, 403, 204, 403, 401],

  registerWebhook: [401, 403, 403, 403, 201, 403, 401],
  listWebhooks: [401, 403, 403, 403, 200, 200, 401],
  getWebhook: [401, 403, 403, 403, 200, 200, 401],
  changeWebhook: [401, 403, 403, 403, 200, 403, 401],
  pauseWebhook: [401, 403, 403, 403, 204, 403, 401],
  resumeWebhook: [401, 403, 403, 403, 204, 403, 401],
  rotateWebhookSecret: [401, 403, 403, 403, 201, 403, 401],
  removeWebhook: [401, 403, 403, 403, 204, 403, 401],
  listDeliveries: [401, 403, 403, 403, 200, 200, 401],
  getDelivery: [401, 403, 403, 403, 404, 404, 401],
  replayDelivery: [401, 403, 403, 403, 404, 403, 401],
  replayWebhook: [401, 403, 403, 403, 202, 403, 401],
  testWebhook: [401, 403, 403, 403, 200, 403, 401],

  listEvents: [401, 403, 403, 403, 200, 200, 401],
  getEvent: [401, 403, 403, 403, 200, 200, 401],
  compareMoments: [401, 403, 403, 403, 200, 200, 401],

  listMails: [401, 403, 403, 403, 200, 200, 401],
  getMail: [401, 403, 403, 403, 200, 200, 401],
  retryMail: [401, 403, 403, 403, 202, 403, 401],

  getSettings: [401, 403, 403, 403, 200, 200, 401],
  changeSettings: [401, 403, 403, 403, 200, 403, 401],
  listSettingChanges: [401, 403, 403, 403, 200, 200, 401],
  undoSettingChange: [401, 403, 403, 403, 404, 403, 401],

  listSeals: [401, 403, 403, 403, 200, 200, 401],
  getConsistencyProof: [401, 403, 403, 403, 200, 200, 401],
  getProof: [401, 403, 403, 403, 200, 200, 401],
  getInviteReceipt: [401, 403, 403, 403, 404, 404, 401],

  listMailbox: [200, 200, 200, 200, 200, 200, 401],
}

const redirectUris = ['https://app.example/callback']
const inAWeek = () => plus(api.app.clock(), 7 * DAY)
const inviteToken = ({ inviteId }: Scene) => ({ token: api.app.house.links.inviteToken(inviteId) })

/** What is asked for, so that nothing but the caller decides the answer. */
const BODIES: Readonly<Record<string, (scene: Scene) => unknown>> = {
  changeProfile: () => ({ name: 'Somebody Else' }),
  changePassword: () => ({ currentPassword: PASSWORD, newPassword: 'another long password' }),
  changeEmail: ({ fresh }) => ({ email: fresh, currentPassword: PASSWORD }),
  eraseMe: () => ({ currentPassword: PASSWORD }),
  exportMe: () => ({ currentPassword: PASSWORD }),
  login: ({ owner }) => ({ email: owner.email, password: PASSWORD }),
  issueToken: ({ owner }) => ({ grant_type: 'password', username: owner.email, password: PASSWORD }),
  refreshSession: ({ owner }) => ({ refreshToken: owner.refreshToken }),
  redeemInvite: inviteToken,
  previewInvite: inviteToken,
  registerUser: ({ fresh }) => ({ email: fresh, password: PASSWORD }),
  requestPasswordReset: ({ owner }) => ({ email: owner.email }),
  resetPassword: () => ({ token: 'no-token', newPassword: PASSWORD }),
  verifyEmail: () => ({ code: '314159' }),
  completeRegistration: () => ({ password: PASSWORD }),
  issueInvite: ({ fresh }) => ({ email: fresh }),
  importInvites: ({ fresh }) => ({ rows: [{ email: fresh }] }),
  changeUser: () => ({ name: 'Somebody Else' }),
  createReferralCode: () => ({ expiresAt: inAWeek() }),
  redeemReferralCode: ({ code }) => ({ code }),
  registerClient: () => ({ name: 'Example App', redirectUris }),
  changeClient: () => ({ name: 'Another App' }),
  changeSettings: () => ({ 'brand.name': 'Another Name' }),
  registerWebhook: () => ({ url: 'https://app.example/hooks' }),
  changeWebhook: () => ({ description: 'The directory' }),
  rotateWebhookSecret: () => ({}),
  replayWebhook: () => ({ position: 1 }),
}
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const QUERIES: Readonly<Record<string, (scene: Scene) => string>> = {
  listMailbox: () => '?email=nobody@example.org',
  getConsistencyProof: ({ sealed }) => `?from=${sealed}&to=${sealed}`,
  compareMoments: () => '?from=0&to=1',
  findReferralCode: ({ owner }) => `?referrerEmail=${owner.email}`,
}

let api: Awaited<ReturnType<typeof Api.open>>
let operations: ReadonlyMap<string, { readonly method: string; readonly path: string }>
let people = 0
let applicationToken: string

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  operations = new Map(
    Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, { method, path }] as const),
    ),
  )
  applicationToken = await tokenOfApplication()
})
afterAll(() => api.app.dispose())

/** Somebody with a password and a session, made without a request: what is asked here is asked by the matrix alone. */
const enter = async (role: 'admin' | 'auditor' | null): Promise<Person> => {
  const { house, floor } = api.app
  const by = { actor: 'operator', correlation: house.newId() } as const
  const email = `person${++people}@example.org`
  const [id, credentialId] = [house.newId(), house.newId()]
  const enrol = { email, locale: 'en' } as const
  const hash = await floor.hasher.hash(PASSWORD)
  await house.execute(
    grantRole,
    { userId: id, role: role ?? 'auditor', enrol, newCredentialId: credentialId },
    by,
    [insert('password_hashes', { credential_id: credentialId, user_id: id, hash })],
  )
  if (role === null) {
    await house.execute(revokeRole, { userId: id, role: 'auditor', keepSessionId: null }, by)
  }
  const session = startSession(house, { userAgent: null, ip: null }, 'api')
  const refresh = house.tokens.firstRefresh(session.sessionId)
  const wish = { userId: id, provenCredentialId: credentialId, session, isNewDevice: false }
  const begun = await house.execute(login, wish, by, [refresh.alongside])
  expect(begun.outcome).toBe('accepted')
  const { token } = await house.tokens.issueAccess({
    userId: id,
    sessionId: session.sessionId,
    roles: role === null ? [] : [role],
  })
  return { id, email, token, sessionId: session.sessionId, refreshToken: refresh.token }
}

const setScene = async (): Promise<Scene> => {
  const { house } = api.app
  const by = { actor: 'operator', correlation: house.newId() } as const
  const wish = { email: `invited${++people}@example.org`, role: 'member', locale: 'en', ttlMs: DAY } as const
  const issued = await issueInviteTo(house, wish, by.actor, by.correlation)
  const clientId = house.newId()
  const client = { clientId, name: 'Example App', kind: 'public', redirectUris } as const
  await house.execute(registerClient, { ...client, redirectUris: [...redirectUris] }, by)
  const webhookId = house.newId()
  // Port 9 of this machine: nobody listens there, and nothing leaves it.
  const hook = {
    webhookId,
    secretId: house.newId(),
    url: 'http://127.0.0.1:9/',
    description: null,
    types: [],
  }
  await house.execute(registerWebhook, { ...hook, isAtHome: true }, by)
  if (issued.outcome !== 'accepted') throw new Error('nobody was invited')
  const fresh = `fresh${++people}@example.org`
  const owner = await enter(null)
  const inviter = await enter(null)
  const codeFrom = async ({ id }: Person): Promise<string> => {
    const made = await createOwnReferralCode(house, id, { description: null, expiresAt: inAWeek() }, 'C')
    if (made.outcome !== 'accepted') throw new Error('there is no code')
    return made.code.code
  }
  const refused = await redeemOwnReferral(house, owner.id, await codeFrom(inviter), by.correlation)
  if (refused) throw new Error(refused.code)
  return {
    owner,
    inviter,
    code: await codeFrom(owner),
    inviteId: issued.inviteId,
    clientId,
    webhookId,
    mailId: (await givenUp(house, wish.email)).id,
    fresh,
    sealed: (await api.app.sealer.seal())?.size ?? 0,
  }
}

const tokenOf = async (caller: Caller, { owner, inviter }: Scene): Promise<string | undefined> => {
  switch (caller) {
    case 'anonymous':
      return undefined
    case 'owner':
      return owner.token
    case 'inviter':
      return inviter.token
    case 'application':
      return applicationToken
    default:
      return (await enter(caller === 'other' ? null : caller)).token
  }
}

/** What an application gets that a user has signed in to: a token of ours, made for userinfo. */
const tokenOfApplication = async (): Promise<string> => {
  const { email } = await enter(null)
  const visitor = new Visitor(api.app.address)
  await visitor.signIn(email, PASSWORD)
  const party = await relyingParty(api.app, await registered(api.app))
  const attempt = await party.begin()
  return (await party.exchange(await consented(visitor, attempt, api.app.address), attempt)).access_token
}

/** Who and what a call is about, and who calls; used again until something has been done. */
let standing: { readonly scene: Scene; readonly tokens: Map<Caller, string | undefined> } | null = null
const standingFor = async (caller: Caller) => {
  standing ??= { scene: await setScene(), tokens: new Map() }
  const { scene, tokens } = standing
  if (!tokens.has(caller)) tokens.set(caller, await tokenOf(caller, scene))
  return { scene, token: tokens.get(caller) }
}

const concrete = (path: string, { owner, inviteId, clientId, webhookId, mailId }: Scene): string => {
  const ids = {
    history: '1',
    invites: inviteId,
    clients: clientId,
    webhooks: webhookId,
    mails: mailId,
    me: owner.sessionId,
  }
  const id = ids[path.split('/')[1] as keyof typeof ids] ?? owner.id
  return path
    .replace('{id}', id)
    .replace('{deliveryId}', clientId)
    .replace('{position}', id)
    .replace('{role}', 'auditor')
}

describe('T20: who may do what', () => {
  test('is said of every operation that the API describes, and of nothing else', () => {
    expect(Object.keys(MATRIX).toSorted()).toStrictEqual([...operations.keys()].toSorted())
  })

  test.each(Object.entries(MATRIX))('%s', async (operationId, expected) => {
    const { method = '', path = '' } = operations.get(operationId) ?? {}
    const answers: number[] = []
    for (const caller of CALLERS) {
      const { scene, token } = await standingFor(caller)
      const before = await api.eventCount()
      const where = `${concrete(path, scene)}${QUERIES[operationId]?.(scene) ?? ''}`
      const wish = BODIES[operationId]?.(scene)
      const form = { raw: new URLSearchParams(wish as Record<string, string>).toString(), headers: FORM }
      const sent = operationId === 'issueToken' ? form : { body: wish }
      const { status, body } = await api.call(method.toUpperCase(), where, { token, ...sent })
      answers.push(status)
      if (method !== 'get' && status < 400) standing = null
      if (status !== 401 && status !== 403) continue
      expect(['unauthenticated', 'forbidden', 'token_invalid']).toContain(body['code'])
      expect(await api.eventCount()).toBe(before)
    }
    expect(answers).toStrictEqual(expected)
  })

  test('auditors change nothing: whatever changes something is refused them, but for what is their own', () => {
    const isOwn = (operationId: string) => operations.get(operationId)?.path.startsWith('/me') ?? false
    const changing = Object.entries(MATRIX).filter(
      ([id, [anonymous]]) => operations.get(id)?.method !== 'get' && anonymous === 401 && !isOwn(id),
    )
    expect(changing.length).toBeGreaterThan(10)
    const refused = changing.filter(([id, [, , , , , auditor]]) => auditor === 403 || id === 'logout')
    expect(refused).toStrictEqual(changing)
  })
})
