import { describe, expect, test } from 'vitest'
import type { DomainEvent, NewEvent } from '../../src/domain/catalogue.ts'
import type { Tag } from '../../src/domain/event.ts'
import { COMPARED, comparedKinds, differencesOf, isCompared } from '../../src/projections/comparing.ts'
import { insert, projection, remove, update } from '../../src/projections/projection.ts'
import { TracedRows } from '../../src/projections/rows.ts'
import * as cast from '../support/controls.ts'
import { recorded } from '../support/given.ts'

const { BEN, BEN_ADDRESS, INVITE, SESSION, CODE_ID, EARLIER, IN_A_WEEK, IN_A_DAY } = cast

async function* told(events: readonly DomainEvent[]) {
  yield* events
}
/** What is another after the first events than it was, told briefly: what, how, which fields from what to what, by which events. */
const differences = async (about: Tag, first: readonly NewEvent[], then: readonly NewEvent[]) =>
  (await differencesOf(about, told(recorded(...first, ...then)), first.length)).map((one) => ({
    what: `${one.kind} ${one.id} ${one.change}`,
    fields: Object.fromEntries(one.fields.map(({ name, from, to }) => [name, [from, to]])),
    by: one.events.map(({ type }) => type),
  }))

describe('two moments of an invite', () => {
  const about = `invite:${INVITE}` as const
  test('are alike while nothing happens to it', async () => {
    expect(await differences(about, [cast.issued()], [])).toStrictEqual([])
    expect(await differences(about, [], [])).toStrictEqual([])
    expect(await differences(about, [], [cast.issued({ inviteId: cast.OTHER_INVITE })])).toStrictEqual([])
  })
  test('tell that it came, with everything that is shown of it', async () =>
    expect(await differences(about, [], [cast.issued()])).toStrictEqual([
      {
        what: `invite ${INVITE} came`,
        fields: {
          email: [null, BEN_ADDRESS],
          role: [null, 'member'],
          locale: [null, 'en'],
          status: [null, 'open'],
          delivery: [null, 'queued'],
          issuedAt: [null, EARLIER],
          issuedBy: [null, 'operator'],
          expiresAt: [null, IN_A_WEEK],
        },
        by: ['InviteIssued'],
      },
    ]))
  test('tell what is another, and which events did it', async () =>
    expect(
      await differences(about, [cast.issued()], [cast.resent({ expiresAt: IN_A_DAY }), cast.revoked()]),
    ).toStrictEqual([
      {
        what: `invite ${INVITE} changed`,
        fields: {
          status: ['open', 'revoked'],
          delivery: ['queued', 'suppressed'],
          expiresAt: [IN_A_WEEK, IN_A_DAY],
          revokedAt: [null, EARLIER],
          revokedBy: [null, 'operator'],
        },
        by: ['InviteResent', 'InviteRevoked'],
      },
    ]))
  test('tell that it went', async () => {
    const [gone, ...more] = await differences(about, [cast.issued(), cast.revoked()], [cast.purged])
    expect([gone?.what, gone?.by, more]).toStrictEqual([`invite ${INVITE} went`, ['InvitePurged'], []])
    expect(gone?.fields['email']).toStrictEqual([BEN_ADDRESS, null])
  })
  test('say nothing of what came and went in between', async () =>
    expect(await differences(about, [], [cast.issued(), cast.revoked(), cast.purged])).toStrictEqual([]))
  test('tell what is personal from what is not', async () => {
    const [one] = await differencesOf(
      about,
      told(recorded(cast.issued(), cast.revoked({ reason: 'left' }))),
      1,
    )
    expect(one?.fields.filter(({ isPersonal }) => isPersonal).map(({ name }) => name)).toStrictEqual([
      'reason',
    ])
    expect(one?.about).toBe(about)
  })
})

describe('two moments of somebody', () => {
  const about = `user:${BEN}` as const
  const ben = cast.member(BEN, BEN_ADDRESS)
  const whats = async (first: readonly NewEvent[], then: readonly NewEvent[]) =>
    (await differences(about, first, then)).map(({ what }) => what)

  test('tell of roles by their names, of sessions, codes and whoever brought them', async () => {
    expect(await whats(ben, [cast.granted(BEN), cast.granted(BEN, 'auditor')])).toStrictEqual([
      'role admin came',
      'role auditor came',
    ])
    expect(await whats([...ben, cast.granted(BEN)], [cast.roleRevoked(BEN)])).toStrictEqual([
      'role admin went',
    ])
    expect(await whats(ben, [cast.loggedIn('password')])).toStrictEqual([
      `user ${BEN} changed`,
      `session ${SESSION} came`,
    ])
    expect(await whats([...ben, cast.loggedIn('password')], [cast.loggedOut])).toStrictEqual([
      `session ${SESSION} changed`,
    ])
    expect(await whats(ben, [cast.codeCreated(), cast.referred(BEN, cast.ADA)])).toStrictEqual([
      `code ${CODE_ID} came`,
      `referral ${BEN} came`,
    ])
  })
  test('tell which fields are another, whatever else happened', async () =>
    expect(
      await differences(
        about,
        [...ben, cast.profileChanged({ name: 'Ben' })],
        [cast.profileChanged({ name: 'Benjamin' }), cast.suspended(BEN), cast.reinstated(BEN)],
      ),
    ).toStrictEqual([
      {
        what: `user ${BEN} changed`,
        fields: { name: ['Ben', 'Benjamin'] },
        by: ['ProfileChanged', 'UserSuspended', 'UserReinstated'],
      },
    ]))
  test('tell that they are gone, with what was theirs', async () =>
    expect(await whats([...ben, cast.granted(BEN)], [cast.erased(BEN, { roles: ['admin'] })])).toStrictEqual([
      `user ${BEN} went`,
      'role admin went',
    ]))
})

test('applications and batches are compared as well', async () => {
  const clients = await differences(
    `client:${cast.CLIENT}`,
    [cast.clientRegistered()],
    [cast.clientChanged({ name: 'Another' })],
  )
  expect(clients.map(({ fields }) => fields)).toStrictEqual([{ name: ['Example App', 'Another'] }])
  const batches = await differences(
    `batch:${cast.BATCH}`,
    [cast.subtreeSuspended()],
    [cast.subtreeReinstated()],
  )
  expect(batches.map(({ fields }) => fields)).toStrictEqual([{ reinstatedAt: [null, EARLIER] }])
})

test('what has rows that are compared is known by its tag', () => {
  expect(['invite:x', 'user:x', 'batch:x', 'client:x'].every((tag) => isCompared(tag as Tag))).toBe(true)
  expect(['email:x', 'mail:x', 'xuser:x', 'webhook:x'].some((tag) => isCompared(tag as Tag))).toBe(false)
  expect(COMPARED.map(({ kind }) => kind)).toStrictEqual(comparedKinds)
  for (const { shown, personal } of COMPARED) expect(shown).toEqual(expect.arrayContaining([...personal]))
})

describe('rows without a database', () => {
  const things = projection('things', ['things'], {
    InviteIssued: () => [
      insert('things', { id: 'a', owner: 'x', size: 1 }),
      insert('things', { owner: 'x', size: 2 }),
      insert('things', { id: 'c', owner: 'y', size: 3 }),
    ],
    InviteResent: () => [update('things', { owner: 'x' }, { size: 9 }, { size: 2 })],
    InviteRevoked: () => [update('things', { id: 'c', owner: 'x' }, { size: 8 })],
    InviteRedeemed: () => [remove('things', { owner: 'x' })],
    InvitePurged: () => [update('things', { id: 'a' }, { size: 7 }), remove('nothing', { id: 'a' })],
  })
  const traced = (...events: readonly NewEvent[]) => {
    const rows = new TracedRows([things])
    for (const event of recorded(...events)) rows.apply(event)
    return rows
  }
  const sizes = (rows: TracedRows) => rows.of('things').map(({ row, events }) => [row['size'], events.length])

  test('are changed as they would be in one: by each column that is named, but for what is excepted', () => {
    expect(sizes(traced())).toStrictEqual([])
    expect(sizes(traced(cast.issued()))).toStrictEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
    expect(sizes(traced(cast.issued(), cast.resent()))).toStrictEqual([
      [9, 2],
      [2, 1],
      [3, 1],
    ])
    expect(sizes(traced(cast.issued(), cast.revoked()))).toStrictEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })
  test('are remembered once they are gone, and changed no more', () => {
    const rows = traced(cast.issued(), cast.redeemed(), cast.purged)
    expect(sizes(rows)).toStrictEqual([[3, 1]])
    expect(
      rows.goneFrom('things').map(({ row, events }) => [row['size'], events.at(-1)?.type]),
    ).toStrictEqual([
      [1, 'InviteRedeemed'],
      [2, 'InviteRedeemed'],
    ])
    expect(rows.goneFrom('nothing')).toStrictEqual([])
  })
})
