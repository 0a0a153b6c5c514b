import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import * as cast from '../support/controls.ts'
import { MINUTE, openTestFloor, testClock } from '../support/house.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, CYD, CYD_ADDRESS, INVITE, OTHER_INVITE, THIRD_INVITE } = cast
const { SESSION, OTHER_SESSION, CODE, CODE_ID, OTHER_CODE_ID, NOW, IN_A_DAY, IN_A_WEEK } = cast
const REFUSED = '192.0.2.9'
const MINUTES = (count: number) => new Date(Date.parse(NOW) + count * MINUTE).toISOString()

const clock = testClock(NOW)
let floor: Awaited<ReturnType<typeof openTestFloor>>
/** A minute after what happened before; answers the ids of the events, which mails and sign-ins bear. */
const happened = async (...events: readonly NewEvent[]) => {
  const { events: placed } = await floor.store.decide({
    readings: {},
    decide: () => accept(...events),
    actor: `user:${ADA}`,
    correlation: 'C',
  })
  clock.advance(MINUTE)
  return placed.map(({ id }) => id)
}

beforeAll(async () => {
  floor = await openTestFloor({ clock })
})
afterAll(() => floor.dispose())

describe('invites', () => {
  const found = async (filter: Parameters<typeof floor.reads.invites.list>[0], now = IN_A_DAY) =>
    (await floor.reads.invites.list(filter, { now, limit: 10 })).map(({ id }) => id)

  beforeAll(async () => {
    await happened(cast.issued({ inviteId: THIRD_INVITE, email: CYD_ADDRESS, expiresAt: IN_A_WEEK }))
    await happened(cast.issued({ inviteId: OTHER_INVITE, email: ADA_ADDRESS, expiresAt: IN_A_DAY }))
    const [issued = ''] = await happened(cast.issued({ expiresAt: '2026-04-01T09:00:00.000Z' }))
    const about = { ...cast.mailFailed.data, mailId: issued }
    await happened(
      { type: 'MailFailed', data: about },
      cast.redeemed({ inviteId: THIRD_INVITE, email: CYD_ADDRESS, userId: CYD }),
    )
  })

  test('are found by their state at a moment', async () => {
    expect(await found({})).toStrictEqual([THIRD_INVITE, OTHER_INVITE, INVITE])
    expect(await found({ state: 'open' })).toStrictEqual([INVITE])
    expect(await found({ state: 'open' }, NOW)).toStrictEqual([OTHER_INVITE, INVITE])
    expect(await found({ state: 'expired' })).toStrictEqual([OTHER_INVITE])
    expect(await found({ state: 'redeemed' })).toStrictEqual([THIRD_INVITE])
    expect(await found({ state: 'revoked' })).toStrictEqual([])
  })
  test('are found by what became of their mail, by address, by who issued them, and by a part of the address', async () => {
    expect(await found({ delivery: 'failed' })).toStrictEqual([INVITE])
    expect(await found({ email: ADA_ADDRESS })).toStrictEqual([OTHER_INVITE])
    expect(await found({ issuedBy: `user:${ADA}` })).toHaveLength(3)
    expect(await found({ issuedBy: `user:${BEN}` })).toStrictEqual([])
    expect(await found({ search: ' ADA@ ' })).toStrictEqual([OTHER_INVITE])
    expect(await found({ search: ` ${INVITE.toLowerCase()} ` })).toStrictEqual([INVITE])
    expect(await found({ search: '%' })).toStrictEqual([])
    expect(await found({ search: '@example', state: 'open' })).toStrictEqual([INVITE])
  })
  test('are told a page at a time', async () => {
    const page = await floor.reads.invites.list({}, { now: NOW, limit: 1, after: OTHER_INVITE })
    expect(page.map(({ id, state }) => [id, state])).toStrictEqual([[INVITE, 'open']])
  })
  test('are counted by state, with those that never arrived and how long people take', async () => {
    const { invites } = floor.reads
    expect(await invites.counts(IN_A_DAY)).toStrictEqual({
      open: 1,
      redeemed: 1,
      revoked: 0,
      expired: 1,
      replaced: 0,
    })
    expect([await invites.bounced(), await invites.medianToRedemption(10)]).toStrictEqual([1, 3 * MINUTE])
    expect(await invites.medianToRedemption(0)).toBeNull()
    expect(await invites.invited([ADA_ADDRESS, CYD_ADDRESS, BEN_ADDRESS], IN_A_DAY)).toStrictEqual(
      new Set([BEN_ADDRESS]),
    )
    expect(await invites.purgeable(MINUTES(3), IN_A_DAY, 10)).toStrictEqual(
      [OTHER_INVITE, THIRD_INVITE].toSorted(),
    )
  })
  test('that nobody knows are none', async () => {
    expect(await floor.reads.invites.get('nobody', NOW)).toBeNull()
    expect((await floor.reads.invites.get(OTHER_INVITE, IN_A_DAY))?.state).toBe('expired')
  })
})

describe('people', () => {
  const found = async (filter: Parameters<typeof floor.reads.users.list>[0]) =>
    (await floor.reads.users.list(filter, { limit: 10 })).map(({ id }) => id)

  beforeAll(async () => {
    await happened(...cast.admin(ADA, ADA_ADDRESS), cast.granted(ADA, 'auditor'))
    await happened(
      ...cast.member(BEN, BEN_ADDRESS),
      cast.suspended(BEN),
      cast.profileChanged({ name: 'Bén Ó' }),
    )
    await happened(...cast.waiting(CYD, CYD_ADDRESS))
  })

  test('are found by how they stand, what they may do, when they came, and by name, address or id', async () => {
    expect(await found({})).toStrictEqual([CYD, BEN, ADA])
    expect(await found({ state: 'active' })).toStrictEqual([ADA])
    expect(await found({ state: 'suspended' })).toStrictEqual([BEN])
    expect(await found({ state: 'unverified' })).toStrictEqual([CYD])
    expect(await found({ role: 'auditor' })).toStrictEqual([ADA])
    expect(await found({ search: 'ben' })).toStrictEqual([BEN])
    expect(await found({ search: CYD.toLowerCase() })).toStrictEqual([CYD])
    expect(await found({ search: '_' })).toStrictEqual([])
    const [second, third] = [MINUTES(5), MINUTES(6)]
    expect(await found({ registeredSince: second })).toStrictEqual([CYD, BEN])
    expect(await found({ registeredBefore: third })).toStrictEqual([BEN, ADA])
    expect(await found({ registeredSince: second, registeredBefore: third })).toStrictEqual([BEN])
  })
  test('are told a page at a time, each with their roles', async () => {
    const page = await floor.reads.users.list({}, { limit: 1, after: BEN })
    expect(page.map(({ id, roles }) => [id, roles])).toStrictEqual([[ADA, ['admin', 'auditor']]])
    expect((await floor.reads.users.get(BEN))?.roles).toStrictEqual([])
    expect(await floor.reads.users.countByRole('admin')).toBe(1)
  })
  test('are found by a confirmed address only, and those who wait for one apart from them', async () => {
    const { users } = floor.reads
    expect((await users.byEmail(ADA_ADDRESS))?.id).toBe(ADA)
    expect(await users.byEmail(CYD_ADDRESS)).toBeNull()
    expect((await users.waitingFor(CYD_ADDRESS)).map(({ id }) => id)).toStrictEqual([CYD])
    expect(await users.owned([ADA_ADDRESS, CYD_ADDRESS])).toStrictEqual(new Set([ADA_ADDRESS]))
    expect(await users.unverifiedSince(IN_A_DAY, 10)).toStrictEqual([{ id: CYD }])
    expect(await users.credential(ADA)).toStrictEqual({ credentialId: null, credentialKind: 'none' })
  })
  test('that nobody knows are none, whatever is asked of them', async () => {
    const { users, inquiries, verifications, sessions, referrals, referralCodes, principals } = floor.reads
    expect(
      [
        await users.get('x'),
        await users.credential('x'),
        await inquiries.get('x'),
        await verifications.get('x'),
        await verifications.openOf('x'),
        await verifications.passwordReset('x'),
        await sessions.alive('x', NOW),
        await sessions.ownerOf('x'),
        await sessions.signInLink('x'),
        await referrals.referrerOf('x'),
        await referrals.batch('x'),
        await referralCodes.activeOf('x', NOW),
        await referralCodes.byCode('x'),
        await referralCodes.byReferrerEmail('x'),
        await principals.bySession('x', NOW),
        await floor.reads.settings.change('x'),
        await floor.reads.mails.get('x'),
        await floor.reads.clients.get('x'),
        await floor.reads.webhooks.get('x'),
      ].filter((answer) => answer !== null),
    ).toStrictEqual([])
  })
})

describe('sessions', () => {
  beforeAll(async () => {
    await happened(cast.loggedIn('password', { userId: ADA, expiresAt: IN_A_DAY }))
    await happened(
      cast.loggedIn('first-password', {
        userId: ADA,
        sessionId: OTHER_SESSION,
        isNewDevice: true,
        userAgent: null,
      }),
    )
    await happened(cast.loginFailed({ userId: ADA, ip: REFUSED }))
    await happened(cast.linkIssued(), { ...cast.loggedOut, data: { userId: ADA, sessionId: SESSION } })
  })

  test('live until they end, and belong to somebody afterwards, too', async () => {
    const { sessions } = floor.reads
    expect(await sessions.alive(SESSION, NOW)).toBeNull()
    expect((await sessions.alive(OTHER_SESSION, NOW))?.restricted).toBe(true)
    expect(await sessions.alive(OTHER_SESSION, IN_A_WEEK)).toBeNull()
    expect([await sessions.ownerOf(SESSION), (await sessions.ofUser(ADA, 10)).length]).toStrictEqual([ADA, 2])
    expect([await sessions.hasSignedIn(ADA), await sessions.hasSignedIn(BEN)]).toStrictEqual([true, false])
    expect(await sessions.hasSignedInWith(ADA, null, cast.EARLIER)).toBe(true)
    expect(await sessions.hasSignedInWith(ADA, 'Other/2', cast.EARLIER)).toBe(false)
    expect((await sessions.signInLink(cast.LINK))?.userId).toBe(BEN)
  })
  test('and tries are looked through a page at a time, the newest first', async () => {
    const { logins } = floor.reads
    const all = await logins.ofUser(ADA, { since: cast.EARLIER, limit: 10 })
    expect(all.map(({ method, isNewDevice, ip }) => [method, isNewDevice, ip])).toStrictEqual([
      [null, false, REFUSED],
      ['first-password', true, '192.0.2.1'],
      ['password', false, '192.0.2.1'],
    ])
    const [newest] = all
    const before = await logins.ofUser(ADA, { since: cast.EARLIER, limit: 1, before: newest?.id })
    expect(before.map(({ method }) => method)).toStrictEqual(['first-password'])
    expect(await logins.ofUser(ADA, { since: IN_A_WEEK, limit: 10 })).toStrictEqual([])
  })
  test('are remembered by whoever asks with each request, until something is committed', async () => {
    const { principals } = floor.reads
    expect((await principals.bySession(OTHER_SESSION, NOW))?.userId).toBe(ADA)
    expect((await principals.bySession(OTHER_SESSION, NOW))?.userId).toBe(ADA)
    expect(await principals.bySession(OTHER_SESSION, IN_A_WEEK)).toBeNull()
    expect(await principals.bySession(SESSION, NOW)).toBeNull()
  })
})

describe('mails', () => {
  const found = async (filter: Parameters<typeof floor.reads.mails.list>[0]) =>
    (await floor.reads.mails.list(filter, { limit: 10 })).map(({ template, recipient }) => [
      template,
      recipient,
    ])

  test('are found by state, kind and receiver, and told a page at a time', async () => {
    expect(await found({ state: 'failed' })).toStrictEqual([['invite', BEN_ADDRESS]])
    expect(await found({ template: 'sign-in-link' })).toStrictEqual([['sign-in-link', BEN_ADDRESS]])
    expect(await found({ recipient: CYD_ADDRESS, state: 'suppressed' })).toStrictEqual([
      ['invite', CYD_ADDRESS],
    ])
    const [newest, next] = await floor.reads.mails.latest(2)
    const page = await floor.reads.mails.list({}, { limit: 1, after: newest?.id })
    expect(page).toStrictEqual([next])
    expect((await floor.reads.mails.get(newest?.id ?? ''))?.id).toBe(newest?.id)
    const bens = await floor.reads.mails.to(BEN_ADDRESS, 10)
    expect(bens.map(({ template }) => template)).toStrictEqual(['sign-in-link', 'invite'])
    const about = await floor.reads.mails.about([`invite:${INVITE}`, `user:${BEN}`], 10)
    expect(about).toStrictEqual(bens)
  })
  test('wait since a moment, or nothing waits', async () => {
    const { queued, oldestQueuedAt, failed } = await floor.reads.mails.health()
    expect([queued, oldestQueuedAt, failed]).toStrictEqual([3, MINUTES(1), 1])
    const empty = await openTestFloor()
    expect(await empty.reads.mails.health()).toStrictEqual({ queued: 0, oldestQueuedAt: null, failed: 0 })
    expect([await empty.reads.settings.head(), await empty.reads.referrals.top(5)]).toStrictEqual([0, []])
    await empty.dispose()
  })
})

describe('codes and who came by them', () => {
  beforeAll(async () => {
    await happened(
      cast.codeCreated({ userId: ADA, expiresAt: IN_A_DAY }),
      cast.codeCreated({ codeId: OTHER_CODE_ID, code: cast.OTHER_CODE }),
      cast.referred(CYD, ADA, { way: 'registration' }),
      cast.referred(BEN, ADA),
      cast.suspended(CYD, [], cast.BATCH),
      cast.subtreeSuspended({ rootId: CYD }),
    )
  })

  test('a code counts until it ends; who holds it is told that', async () => {
    const { referralCodes } = floor.reads
    expect((await referralCodes.activeOf(ADA, NOW))?.code).toBe(CODE)
    expect(await referralCodes.activeOf(ADA, IN_A_DAY)).toBeNull()
    expect((await referralCodes.byCode(CODE))?.codeId).toBe(CODE_ID)
    expect(await referralCodes.byCode(cast.OTHER_CODE)).toBeNull()
    expect((await referralCodes.byReferrerEmail(ADA_ADDRESS))?.codeId).toBe(CODE_ID)
    expect([await referralCodes.idOf(CODE), await referralCodes.idOf('none')]).toStrictEqual([CODE_ID, null])
  })
  test('everybody is below whoever brought them', async () => {
    const { referrals, referralTree } = floor.reads
    expect((await referrals.of(ADA, { limit: 10 })).map(({ userId }) => userId)).toStrictEqual([CYD, BEN])
    expect((await referrals.of(ADA, { limit: 10, after: CYD })).map(({ userId }) => userId)).toStrictEqual([
      BEN,
    ])
    expect(await referrals.counts(ADA)).toStrictEqual({ all: 2, verified: 1, gone: 0 })
    expect(await referrals.counts(CYD)).toStrictEqual({ all: 0, verified: 0, gone: 0 })
    expect([await referrals.above(CYD), await referrals.above(ADA)]).toStrictEqual([[ADA], []])
    expect(await referrals.below(ADA, { limit: 10, depth: 1 })).toHaveLength(2)
    expect((await referrals.top(1)).map(({ userId, all }) => [userId, all])).toStrictEqual([[ADA, 2]])
    expect((await referrals.referrerOf(BEN))?.referrerId).toBe(ADA)
    expect(await referralTree.roots(10)).toStrictEqual([ADA])
    expect((await referralTree.twigs([ADA], 10)).map(({ id }) => id).toSorted()).toStrictEqual([BEN, CYD])
    expect([await referralTree.twigs([], 10), (await referralTree.people([])).size]).toStrictEqual([[], 0])
    expect((await referralTree.people([BEN, 'x'])).get(BEN)?.email).toBe(BEN_ADDRESS)
  })
  test('days tell who came, and batches whom they suspended', async () => {
    const { referrals } = floor.reads
    expect([await referrals.signUpsOn([]), await referrals.signUpsOn(['2026-03-01'])]).toStrictEqual([
      [],
      [{ day: '2026-03-01', self: 0, invite: 0, referral: 1 }],
    ])
    expect((await referrals.batches(10)).map(({ id, rootId }) => [id, rootId])).toStrictEqual([
      [cast.BATCH, CYD],
    ])
    expect([
      (await referrals.batch(cast.BATCH))?.count,
      await referrals.suspendedBy(cast.BATCH),
    ]).toStrictEqual([1, [CYD]])
  })
})

describe('what admins set up', () => {
  beforeAll(async () => {
    await happened(cast.settingChanged())
    await happened(
      cast.settingChanged({ value: 'open' }),
      cast.settingChanged({ setting: 'brand.name', value: 'x' }),
    )
    await happened(
      cast.clientRegistered(),
      cast.clientRegistered({ clientId: cast.OTHER_CLIENT }),
      cast.webhookRegistered(),
      cast.webhookRegistered({ webhookId: cast.OTHER_WEBHOOK }),
    )
  })

  test('settings tell their value at a moment, and what each change has changed', async () => {
    const { settings } = floor.reads
    const first = MINUTES(12)
    expect(Object.fromEntries(await settings.values())).toStrictEqual({
      'registration.mode': 'open',
      'brand.name': 'x',
    })
    expect(Object.fromEntries(await settings.values(first))).toStrictEqual({ 'registration.mode': 'invite' })
    const changes = await settings.changes(['registration.mode'], 10)
    expect(changes.map(({ value, before, isLast }) => [value, before, isLast])).toStrictEqual([
      ['open', 'invite', true],
      ['invite', null, false],
    ])
    expect(await settings.change(changes[0]?.id ?? '')).toStrictEqual({ setting: 'registration.mode' })
    expect(await settings.head()).toBe((changes[0]?.position ?? 0) + 1)
  })
  test('applications and webhooks are told a page at a time', async () => {
    const { clients, webhooks } = floor.reads
    const named = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
    expect(named(await clients.list({ limit: 10 }))).toStrictEqual([cast.OTHER_CLIENT, cast.CLIENT])
    expect(named(await clients.list({ limit: 10, after: cast.OTHER_CLIENT }))).toStrictEqual([cast.CLIENT])
    expect((await clients.get(cast.CLIENT))?.redirectUris).toStrictEqual([cast.REDIRECT_URI])
    expect(named(await webhooks.list({ limit: 10 }))).toStrictEqual([cast.OTHER_WEBHOOK, cast.WEBHOOK])
    expect(named(await webhooks.list({ limit: 10, after: cast.OTHER_WEBHOOK }))).toStrictEqual([cast.WEBHOOK])
    expect((await webhooks.get(cast.WEBHOOK))?.types).toStrictEqual(['InviteRedeemed'])
  })
})
