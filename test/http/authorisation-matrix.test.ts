import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { registerWebhook } from '../../src/domain/webhooks/register-webhook.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { issueInviteTo } from '../../src/http/acts/issue.ts'
import { createOwnReferralCode } from '../../src/http/acts/referrals.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { insert } from '../../src/projections/projection.ts'
import { DAY } from '../support/house.ts'
import { Api } from './api/client.ts'
import { givenUp } from './given-up.ts'

const PASSWORD = 'a password of their own'
const CALLERS = ['anonymous', 'owner', 'other', 'admin', 'auditor'] as const
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
  readonly inviteId: string
  readonly clientId: string
  readonly webhookId: string
  readonly mailId: string
  readonly code: string
  readonly fresh: string
  readonly sealed: number
}

type Answers = readonly [anonymous: number, owner: number, other: number, admin: number, auditor: number]

/**
 * Who gets which answer. The owner is the user that the call is about. 409 is an answer to somebody who may ask:
 * there is nothing left to confirm or complete, the code is there already, or it is their own.
 */
const MATRIX: Readonly<Record<string, Answers>> = {
  getMe: [401, 200, 200, 200, 200],
  changeProfile: [401, 200, 200, 200, 200],
  changePassword: [401, 204, 204, 204, 204],
  changeEmail: [401, 202, 202, 202, 202],
  eraseMe: [401, 204, 204, 204, 204],
  exportMe: [401, 200, 200, 200, 200],
  logout: [401, 204, 204, 204, 204],

  listSessions: [401, 200, 200, 200, 200],
  endSession: [401, 204, 404, 404, 404],
  endSessions: [401, 204, 204, 204, 204],
  listLogins: [401, 200, 200, 200, 200],

  login: [201, 201, 201, 201, 201],
  issueToken: [200, 200, 200, 200, 200],
  refreshSession: [200, 200, 200, 200, 200],
  redeemInvite: [201, 201, 201, 201, 201],
  previewInvite: [200, 200, 200, 200, 200],
  registerUser: [201, 201, 201, 201, 201],
  requestPasswordReset: [202, 202, 202, 202, 202],
  resetPassword: [404, 404, 404, 404, 404],
  sendVerificationCode: [401, 409, 403, 403, 403],
  verifyEmail: [401, 409, 403, 403, 403],
  completeRegistration: [401, 409, 403, 403, 403],

  issueInvite: [401, 403, 403, 201, 403],
  listInvites: [401, 403, 403, 200, 200],
  getInvite: [401, 403, 403, 200, 200],
  resendInvite: [401, 403, 403, 201, 403],
  revokeInvite: [401, 403, 403, 200, 403],
  importInvites: [401, 403, 403, 202, 403],
  getInviteImport: [401, 403, 403, 404, 403],
  startInviteImport: [401, 403, 403, 404, 403],
  cancelInviteImport: [401, 403, 403, 404, 403],

  listUsers: [401, 403, 403, 200, 200],
  getUser: [401, 200, 403, 200, 200],
  changeUser: [401, 200, 403, 200, 403],
  deleteUser: [401, 403, 403, 204, 403],
  suspendUser: [401, 403, 403, 204, 403],
  reinstateUser: [401, 403, 403, 204, 403],
  listRoles: [401, 200, 403, 200, 200],
  grantRole: [401, 403, 403, 200, 403],
  revokeRole: [401, 403, 403, 200, 403],

  createReferralCode: [401, 409, 201, 201, 201],
  getReferralCode: [401, 200, 404, 404, 404],
  deleteReferralCode: [401, 204, 404, 404, 404],
  mailReferralCode: [401, 202, 404, 404, 404],
  findReferralCode: [401, 200, 200, 200, 200],
  redeemReferralCode: [401, 409, 200, 200, 200],
  listReferrals: [401, 200, 200, 200, 200],
  listReferrers: [401, 200, 403, 200, 200],
  getReferralTree: [401, 200, 403, 200, 200],
  listTopReferrers: [401, 403, 403, 200, 200],
  previewSubtree: [401, 403, 403, 200, 200],
  suspendSubtree: [401, 403, 403, 201, 403],
  listSubtreeSuspensions: [401, 403, 403, 200, 200],
  reinstateSubtree: [401, 403, 403, 404, 403],

  registerClient: [401, 403, 403, 201, 403],
  listClients: [401, 403, 403, 200, 200],
  getClient: [401, 403, 403, 200, 200],
  changeClient: [401, 403, 403, 200, 403],
  removeClient: [401, 403, 403, 204, 403],

  registerWebhook: [401, 403, 403, 201, 403],
  listWebhooks: [401, 403, 403, 200, 200],
  getWebhook: [401, 403, 403, 200, 200],
  changeWebhook: [401, 403, 403, 200, 403],
  pauseWebhook: [401, 403, 403, 204, 403],
  resumeWebhook: [401, 403, 403, 204, 403],
  rotateWebhookSecret: [401, 403, 403, 201, 403],
  removeWebhook: [401, 403, 403, 204, 403],
  listDeliveries: [401, 403, 403, 200, 200],
  getDelivery: [401, 403, 403, 404, 404],
  replayDelivery: [401, 403, 403, 404, 403],
  replayWebhook: [401, 403, 403, 202, 403],
  testWebhook: [401, 403, 403, 200, 403],

  listEvents: [401, 403, 403, 200, 200],
  getEvent: [401, 403, 403, 200, 200],
  compareMoments: [401, 403, 403, 200, 200],

  listMails: [401, 403, 403, 200, 200],
  getMail: [401, 403, 403, 200, 200],
  retryMail: [401, 403, 403, 202, 403],

  getSettings: [401, 403, 403, 200, 200],
  changeSettings: [401, 403, 403, 200, 403],
  listSettingChanges: [401, 403, 403, 200, 200],
  undoSettingChange: [401, 403, 403, 404, 403],

  listSeals: [401, 403, 403, 200, 200],
  getConsistencyProof: [401, 403, 403, 200, 200],
  getProof: [401, 403, 403, 200, 200],
  getInviteReceipt: [401, 403, 403, 404, 404],

  listMailbox: [200, 200, 200, 200, 200],
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

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  operations = new Map(
    Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, { method, path }] as const),
    ),
  )
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
  const made = await createOwnReferralCode(house, owner.id, { description: null, expiresAt: inAWeek() }, 'C')
  if (made.outcome !== 'accepted') throw new Error('there is no code')
  return {
    owner,
    code: made.code.code,
    inviteId: issued.inviteId,
    clientId,
    webhookId,
    mailId: (await givenUp(house, wish.email)).id,
    fresh,
    sealed: (await api.app.sealer.seal())?.size ?? 0,
  }
}

const tokenOf = async (caller: Caller, { owner }: Scene): Promise<string | undefined> => {
  if (caller === 'anonymous') return undefined
  if (caller === 'owner') return owner.token
  return (await enter(caller === 'other' ? null : caller)).token
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
      const scene = await setScene()
      const token = await tokenOf(caller, scene)
      const before = await api.eventCount()
      const where = `${concrete(path, scene)}${QUERIES[operationId]?.(scene) ?? ''}`
      const wish = BODIES[operationId]?.(scene)
      const form = { raw: new URLSearchParams(wish as Record<string, string>).toString(), headers: FORM }
      const sent = operationId === 'issueToken' ? form : { body: wish }
      const { status, body } = await api.call(method.toUpperCase(), where, { token, ...sent })
      answers.push(status)
      if (status !== 401 && status !== 403) continue
      expect(['unauthenticated', 'forbidden']).toContain(body['code'])
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
    const refused = changing.filter(([id, [, , , , auditor]]) => auditor === 403 || id === 'logout')
    expect(refused).toStrictEqual(changing)
  })
})
