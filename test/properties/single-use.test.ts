import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { run } from '../../src/infrastructure/database/work.ts'
import { insert } from '../../src/projections/projection.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { DAY, openTestApp, type TestApp } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { runs } from '../support/runs.ts'

// The model: what a person with pencil and paper would note down about invites.
type ModelInvite = {
  id: string
  token: string
  email: string
  expiresAt: number
  state: 'open' | 'redeemed' | 'revoked' | 'replaced'
  userId: string | null
}
type Model = { now: number; invites: ModelInvite[]; owners: Map<string, string> }
type Real = {
  app: TestApp
  call: (method: string, path: string, body?: unknown, key?: string) => Promise<Answer>
  admin: string
}
type Answer = {
  status: number
  body: Record<string, never> & { code?: string; id?: string; user?: { id: string; email: string } }
}

const ADDRESSES = ['ann@example.org', 'bob@example.org', 'cat@example.org']
const pick = (model: Model, n: number) => model.invites[n % model.invites.length]
const isOpen = (model: Model, invite: ModelInvite) => invite.state === 'open' && model.now < invite.expiresAt

/** Which answer an invite that can't be redeemed gets. */
const dead = (model: Model, invite: ModelInvite): string =>
  invite.state === 'open' && model.now >= invite.expiresAt
    ? 'invite_expired'
    : {
        open: '',
        redeemed: 'invite_already_redeemed',
        revoked: 'invite_revoked',
        replaced: 'invite_replaced',
      }[invite.state]

class Issue implements fc.AsyncCommand<Model, Real, false> {
  readonly email: string
  readonly days: number
  constructor(email: string, days: number) {
    this.email = email
    this.days = days
  }
  check = () => true
  async run(model: Model, { app, call }: Real) {
    const expiresAt = model.now + this.days * DAY
    const { status, body } = await call('POST', '/invites', {
      email: this.email,
      expiresAt: new Date(expiresAt).toISOString(),
    })
    if (model.owners.has(this.email)) {
      expect([status, body.code]).toStrictEqual([409, 'email_already_registered'])
      return
    }
    expect(status).toBe(201)
    const id = body.id ?? ''
    model.invites.push({
      id,
      token: app.house.links.inviteToken(id),
      email: this.email,
      expiresAt,
      state: 'open',
      userId: null,
    })
  }
  toString = () => `issue(${this.email}, ${this.days}d)`
}

class Resend implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
  check = (model: Readonly<Model>) => model.invites.length > 0
  async run(model: Model, { call }: Real) {
    const invite = pick(model, this.n)
    if (!invite) return
    const { status } = await call('POST', `/invites/${invite.id}/resends`)
    expect(status).toBe(invite.state === 'open' ? 201 : 410)
    if (invite.state === 'open') invite.expiresAt = model.now + 7 * DAY
  }
  toString = () => `resend(${this.n})`
}

class Revoke implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
  check = (model: Readonly<Model>) => model.invites.length > 0
  async run(model: Model, { call }: Real) {
    const invite = pick(model, this.n)
    if (!invite) return
    const { status } = await call('DELETE', `/invites/${invite.id}`)
    expect(status).toBe(invite.state === 'open' || invite.state === 'revoked' ? 200 : 410)
    if (invite.state === 'open') invite.state = 'revoked'
  }
  toString = () => `revoke(${this.n})`
}

class Redeem implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  readonly times: number
  readonly altered: boolean
  constructor(n: number, times: number, altered: boolean) {
    this.n = n
    this.times = times
    this.altered = altered
  }
  check = (model: Readonly<Model>) => model.invites.length > 0
  async run(model: Model, { call }: Real) {
    const invite = pick(model, this.n)
    if (!invite) return
    const middle = Math.floor(invite.token.length / 2)
    const token = this.altered
      ? invite.token.slice(0, middle) +
        (invite.token[middle] === 'A' ? 'B' : 'A') +
        invite.token.slice(middle + 1)
      : invite.token
    const answers = await Promise.all(
      Array.from({ length: this.times }, () => call('POST', '/invite-redemptions', { token })),
    )
    const won = answers.filter(({ status }) => status === 201)
    if (this.altered) {
      expect(answers.map(({ status }) => status)).toStrictEqual(answers.map(() => 404))
      return
    }
    if (!isOpen(model, invite)) {
      expect(answers.map(({ body }) => body.code)).toStrictEqual(answers.map(() => dead(model, invite)))
      return
    }
    expect(won).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(this.times - 1)
    invite.state = 'redeemed'
    invite.userId = won[0]?.body.user?.id ?? ''
    const owner = model.owners.get(invite.email)
    if (owner !== undefined) expect(invite.userId).toBe(owner)
    model.owners.set(invite.email, invite.userId)
    for (const other of model.invites) {
      if (other.email === invite.email && isOpen(model, other)) other.state = 'replaced'
    }
  }
  toString = () => `redeem(${this.n}, ${this.times} at once${this.altered ? ', altered' : ''})`
}

class RedeemWithKey implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
  check = (model: Readonly<Model>) => model.invites.some((invite) => isOpen(model, invite))
  async run(model: Model, { call }: Real) {
    const open = model.invites.filter((invite) => isOpen(model, invite))
    const invite = open[this.n % open.length]
    if (!invite) return
    const key = `again-${invite.id}`
    const first = await call('POST', '/invite-redemptions', { token: invite.token }, key)
    const again = await call('POST', '/invite-redemptions', { token: invite.token }, key)
    expect([first.status, again.status]).toStrictEqual([201, 201])
    expect(again.body.user?.id).toBe(first.body.user?.id)
    invite.state = 'redeemed'
    invite.userId = first.body.user?.id ?? ''
    model.owners.set(invite.email, invite.userId)
    for (const other of model.invites)
      if (other.email === invite.email && isOpen(model, other)) other.state = 'replaced'
  }
  toString = () => `redeem twice with one key(${this.n})`
}

class Wait implements fc.AsyncCommand<Model, Real, false> {
  readonly days: number
  constructor(days: number) {
    this.days = days
  }
  check = () => true
  async run(model: Model, { app }: Real) {
    model.now += this.days * DAY
    app.clock.advance(this.days * DAY)
  }
  toString = () => `wait(${this.days}d)`
}

class Purge implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
  check = (model: Readonly<Model>) => model.invites.some((invite) => !isOpen(model, invite))
  async run(model: Model, { app }: Real) {
    const ended = model.invites.filter((invite) => !isOpen(model, invite))
    const invite = ended[this.n % ended.length]
    if (!invite) return
    const outcome = await app.floor.execute(
      purgeInvite,
      { inviteId: invite.id },
      { actor: 'operator', correlation: 'C' },
    )
    expect(outcome.outcome).toBe('accepted')
    model.invites.splice(model.invites.indexOf(invite), 1)
  }
  toString = () => `purge(${this.n})`
}

class Erase implements fc.AsyncCommand<Model, Real, false> {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
  check = (model: Readonly<Model>) => model.owners.size > 0
  async run(model: Model, { call }: Real) {
    const [email, userId] = [...model.owners][this.n % model.owners.size] ?? ['', '']
    expect((await call('DELETE', `/users/${userId}`)).status).toBe(204)
    model.owners.delete(email)
    // Invites to a forgotten address can't be redeemed any more: nobody knows whom they were for.
    model.invites = model.invites.filter((invite) => invite.email !== email)
  }
  toString = () => `erase(${this.n})`
}

const laws = async (model: Model, { app }: Real): Promise<void> => {
  const { users, invites } = app.floor.reads
  for (const invite of model.invites) {
    const view = await invites.get(invite.id, app.clock())
    const expected = invite.state === 'open' && model.now >= invite.expiresAt ? 'expired' : invite.state
    expect([view?.state, view?.redeemedUserId]).toStrictEqual([expected, invite.userId])
  }
  const known = await users.list({}, { limit: 1000 })
  const expected = [ADMIN.email, ...model.owners.keys()].toSorted()
  expect(known.map(({ email }) => email).toSorted()).toStrictEqual(expected)
  const redemptions = new Map<string, number>()
  for await (const event of app.floor.store.read({ types: ['InviteRedeemed'] })) {
    if (event.type === 'InviteRedeemed')
      redemptions.set(event.data.inviteId, (redemptions.get(event.data.inviteId) ?? 0) + 1)
  }
  expect([...redemptions.values()].every((count) => count === 1)).toBe(true)
  await expectProjectionsEqualRebuild(app.floor)
}

const index = fc.nat({ max: 20 })
const commands = fc.commands<Model, Real, false>(
  [
    fc
      .tuple(fc.constantFrom(...ADDRESSES), fc.integer({ min: 1, max: 5 }))
      .map(([email, days]) => new Issue(email, days)),
    fc
      .tuple(fc.constantFrom(...ADDRESSES), fc.integer({ min: 1, max: 5 }))
      .map(([email, days]) => new Issue(email, days)),
    index.map((n) => new Resend(n)),
    index.map((n) => new Revoke(n)),
    fc
      .tuple(index, fc.integer({ min: 1, max: 4 }), fc.boolean())
      .map(([n, times, altered]) => new Redeem(n, times, altered && times === 1)),
    fc.tuple(index, fc.integer({ min: 1, max: 4 })).map(([n, times]) => new Redeem(n, times, false)),
    index.map((n) => new RedeemWithKey(n)),
    fc.integer({ min: 1, max: 3 }).map((days) => new Wait(days)),
    index.map((n) => new Purge(n)),
    index.map((n) => new Erase(n)),
  ],
  { maxCommands: 30 },
)

const RUNS = runs(20)
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

const openReal = async (): Promise<{ model: Model; real: Real }> => {
  const app = await openTestApp()
  const admin = await enrolAdmin(app.floor)
  // A session that outlives the model's waiting: signing in anew would only test signing in.
  const sessionId = app.floor.ids()
  const credential = await app.floor.reads.users.credential(admin)
  await app.floor.execute(
    login,
    {
      userId: admin,
      provenCredentialId: credential?.credentialId ?? null,
      session: {
        sessionId,
        carrier: 'api',
        expiresAt: '2036-01-01T00:00:00.000Z',
        userAgent: null,
        ip: null,
      },
      isNewDevice: false,
    },
    { actor: `user:${admin}`, correlation: 'C' },
    [insert('refresh_generations', { session_id: sessionId, generation: 1, rotated_at: app.clock() })],
  )
  const call: Real['call'] = async (method, path, body, key) => {
    const { token } = await app.house.tokens.issueAccess({ userId: admin, sessionId, roles: ['admin'] })
    const response = await fetch(`${app.address}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) } as Answer
  }
  const model = { now: Date.parse(app.clock()), invites: [], owners: new Map() }
  return { model, real: { app, call, admin } }
}

describe('single use, whatever people do', () => {
  test('through HTTP on a real file, invites behave as the model says', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (script) => {
        const { model, real } = await openReal()
        try {
          await fc.asyncModelRun(() => ({ model, real }), script)
          await laws(model, real)
        } finally {
          await real.app.dispose()
        }
      }),
      { numRuns: RUNS, ...SEED, verbose: 1 },
    )
  })
})

test('T01 tokens are distinct, and the database refuses an invite id that exists', async () => {
  const app = await openTestApp()
  const tokens = new Set(Array.from({ length: 5000 }, () => app.house.links.inviteToken(app.floor.ids())))
  expect(tokens.size).toBe(5000)
  const wish = {
    inviteId: app.floor.ids(),
    email: 'a@example.org',
    role: 'member',
    locale: 'en',
    expiresAt: '2026-03-05T00:00:00.000Z',
  } as const
  await app.floor.execute(issueInvite, wish, { actor: 'operator', correlation: 'C' })
  const again = function* () {
    yield* run('insert into invites select * from invites')
  }
  await expect(app.floor.database.exclusively('test', again)).rejects.toThrow(/unique/i)
  await app.dispose()
})
