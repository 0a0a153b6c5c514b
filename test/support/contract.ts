import { canonicalize } from 'json-canonicalize'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tagsOf } from '../../src/domain/catalogue.ts'
import { accept, type Decision, fold, reading, refuse } from '../../src/domain/decision.ts'
import { invite } from '../../src/domain/invites/invite.ts'
import { standing } from '../../src/domain/users/user.ts'
import type { EventStore } from '../../src/infrastructure/event-store/store.ts'
import { type Change, insert } from '../../src/projections/projection.ts'
import * as cast from './controls.ts'
import type { TestClock } from './house.ts'

/** What the contract needs of an engine under test. */
export type EngineUnderTest = {
  readonly store: EventStore
  readonly clock: TestClock
  /** Rows of a table, straight from the database. */
  readonly rows: (sql: string) => Promise<Record<string, unknown>[]>
  /** Runs a statement that an engine must refuse. */
  readonly tamper: (sql: string) => Promise<void>
  readonly close: () => Promise<void>
}

const { INVITE, BEN, BEN_ADDRESS } = cast
const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** The contract that every engine passes; a law of the port is written here and nowhere else. */
export const eventStoreContract = (name: string, open: () => Promise<EngineUnderTest>): unknown =>
  describe(`${name} as an event store`, () => {
    let engine: EngineUnderTest
    let store: EventStore
    beforeEach(async () => {
      engine = await open()
      store = engine.store
    })
    afterEach(() => engine.close())

    const decide = (
      decision: (status: string, now: string) => Decision,
      { inviteId = INVITE, alongside }: { inviteId?: string; alongside?: readonly Change[] } = {},
    ) =>
      store.decide({
        readings: { invite: reading(`invite:${inviteId}`, invite) },
        decide: (view, now) => decision(view.invite.status, now),
        actor: 'operator',
        correlation: 'C',
        alongside,
      })
    const keyRow = (id: string) => insert('password_hashes', { credential_id: id, user_id: BEN, hash: 'x' })

    test('appends all events of a decision, in order, from position 1 and without gaps', async () => {
      await decide(() => accept(cast.issued(), cast.resent()))
      await decide(() => accept(cast.revoked()))
      const events = await all(store.read())
      expect(events.map(({ position, type }) => [position, type])).toStrictEqual([
        [1, 'InviteIssued'],
        [2, 'InviteResent'],
        [3, 'InviteRevoked'],
      ])
      expect(await store.head()).toBe(3)
    })

    test('answers the events as they will be read', async () => {
      const { events } = await decide(() => accept(cast.issued()))
      expect(events).toStrictEqual(await all(store.read()))
    })

    test('a decision sees the events under its tag, and those that came before it in the same group', async () => {
      const seen: string[] = []
      await Promise.all(
        [cast.issued(), cast.revoked()].map((event) =>
          decide((status) => {
            seen.push(status)
            return accept(event)
          }),
        ),
      )
      await decide((status) => {
        seen.push(status)
        return accept()
      })
      expect(seen).toStrictEqual(['unknown', 'open', 'revoked'])
    })

    test('of 200 decisions at once that each issue the invite if it is unknown, exactly one does', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, () =>
          decide((status) => (status === 'unknown' ? accept(cast.issued()) : accept())),
        ),
      )
      expect(outcomes.filter(({ events }) => events.length > 0)).toHaveLength(1)
      expect(await store.head()).toBe(1)
    })

    test('accepting without events writes nothing, alongside rows neither', async () => {
      await decide(() => accept(), { alongside: [keyRow('A')] })
      expect([await store.head(), await engine.rows('select * from password_hashes')]).toStrictEqual([0, []])
    })

    test('a refusal keeps its facts and writes nothing alongside', async () => {
      const outcome = await decide(() => refuse('invite_not_found', undefined, cast.issued()), {
        alongside: [keyRow('A')],
      })
      expect(outcome.outcome).toBe('refused')
      expect([await store.head(), await engine.rows('select * from password_hashes')]).toStrictEqual([1, []])
    })

    test('alongside rows are written with the events', async () => {
      await decide(() => accept(cast.issued()), { alongside: [keyRow('A')] })
      expect(await engine.rows('select credential_id from password_hashes')).toStrictEqual([
        { credential_id: 'A' },
      ])
    })

    test('a decision that throws fails alone; its neighbours in the group are committed', async () => {
      const results = await Promise.allSettled([
        decide(() => accept(cast.issued())),
        decide(() => {
          throw new Error('a bug')
        }),
        decide(() => accept(cast.resent())),
      ])
      expect(results.map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await store.head()).toBe(2)
    })

    test('a decision that fails half-way leaves no key behind that a neighbour would lock its data with', async () => {
      const results = await Promise.allSettled([
        decide(() => accept(cast.issued(), { ...cast.resent(), data: { nonsense: true } } as never)),
        decide(() => accept(cast.issued())),
      ])
      expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'fulfilled'])
      expect(await engine.rows('select subject from subject_keys')).toStrictEqual([
        { subject: `invite:${INVITE}` },
      ])
    })

    test('rows that the database refuses fail alone; the neighbours are committed', async () => {
      const other = { inviteId: cast.OTHER_INVITE }
      const results = await Promise.allSettled([
        decide(() => accept(cast.issued()), { alongside: [keyRow('A')] }),
        decide(() => accept(cast.issued(other)), { ...other, alongside: [keyRow('A')] }),
        decide(() => accept(cast.resent()), { alongside: [keyRow('B')] }),
      ])
      expect(results.map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await all(store.read())).map(({ type }) => type)).toStrictEqual([
        'InviteIssued',
        'InviteResent',
      ])
    })

    test('time never runs backwards in the history, whatever the clock does', async () => {
      await decide(() => accept(cast.issued()))
      engine.clock.advance(-3_600_000)
      let told = ''
      await decide((_, now) => {
        told = now
        return accept(cast.resent())
      })
      const [first, second] = await all(store.read())
      expect([second?.at, told]).toStrictEqual([first?.at, first?.at])
    })

    test('reads by tag, type and position', async () => {
      await decide(() =>
        accept(
          cast.issued(),
          cast.issued({ inviteId: cast.OTHER_INVITE, email: 'x@example.org' }),
          cast.resent(),
        ),
      )
      const positions = async (filter: Parameters<EventStore['read']>[0]) =>
        (await all(store.read(filter))).map(({ position }) => position)
      expect(await positions({ tag: `invite:${INVITE}` })).toStrictEqual([1, 3])
      expect(await positions({ tag: `email:${BEN_ADDRESS}` })).toStrictEqual([1, 3])
      expect(await positions({ types: ['InviteIssued'] })).toStrictEqual([1, 2])
      expect(await positions({ tag: `invite:${INVITE}`, types: ['InviteResent'] })).toStrictEqual([3])
      expect(await positions({ after: 1, until: 2 })).toStrictEqual([2])
      expect([(await store.get(2))?.position, await store.get(9)]).toStrictEqual([2, null])
    })

    test('reads a long history in pages, each event once and in order', async () => {
      await decide(() => accept(...Array.from({ length: 1201 }, () => cast.resent())))
      const positions = (await all(store.read())).map(({ position }) => position)
      expect(positions).toStrictEqual(Array.from({ length: 1201 }, (_, n) => n + 1))
    })

    test('stores canonical JSON (RFC 8785) with no personal data in it, and a keyed digest as address tag', async () => {
      await decide(() => accept(cast.issued(), cast.revoked({ reason: 'left the company' })))
      const stored = await all(store.readStored())
      for (const { bytes } of stored) {
        expect(canonicalize(JSON.parse(bytes))).toBe(bytes)
        expect(bytes).not.toMatch(/ben@example|left the company/)
      }
      const tags = (await engine.rows('select tag from event_tags')).map(({ tag }) => String(tag))
      expect(tags.some((tag) => tag.startsWith('email:'))).toBe(true)
      expect(tags.join()).not.toContain('ben@')
      expect((await store.get(2))?.data).toMatchObject({ email: BEN_ADDRESS, reason: 'left the company' })
    })

    test('forgetting leaves the bytes as they are, and takes the key, the digests and the meaning', async () => {
      await decide(() => accept(cast.issued(), cast.revoked({ reason: 'left' })))
      const before = await all(store.readStored())
      await decide(() => accept(cast.purged))
      const after = await all(store.readStored())
      expect(after.slice(0, 2)).toStrictEqual(before)
      expect((await store.get(2))?.data).toStrictEqual({ inviteId: INVITE, email: null, reason: null })
      expect(await all(store.read({ tag: `email:${BEN_ADDRESS}` }))).toStrictEqual([])
      expect(await engine.rows('select subject from subject_keys')).toStrictEqual([])
    })

    test('what was decided in the same group before a forgetting is forgotten with it', async () => {
      await Promise.all([decide(() => accept(cast.issued())), decide(() => accept(cast.purged))])
      expect((await store.get(1))?.data).toMatchObject({ email: null })
      expect(await engine.rows(`select tag from event_tags where tag like 'email:%'`)).toStrictEqual([])
    })

    test('forgetting in the middle of a group hides nothing that the group decided before it', async () => {
      const other = { inviteId: cast.OTHER_INVITE }
      await decide(() => accept(cast.issued(), cast.issued(other)))
      await decide(() => accept()) // read before, so that an engine may know it by heart
      const seen: string[] = []
      await Promise.all([
        decide((status) => {
          seen.push(status)
          return accept(cast.revoked())
        }),
        decide(() => accept({ type: 'InvitePurged', data: other }), other),
        decide((status) => {
          seen.push(status)
          return accept()
        }),
      ])
      expect(seen).toStrictEqual(['open', 'revoked'])
    })

    test('what is known by heart of somebody is forgotten with them, in the same group already', async () => {
      await decide(() => accept(cast.issued()))
      const emails: (string | null)[] = []
      const known = fold<{ email: string | null }>(
        { email: 'unknown' },
        { InviteIssued: (_, { data: { email } }) => ({ email }) },
      )
      const look = () =>
        store.decide({
          readings: { invite: reading(`invite:${INVITE}`, known) },
          decide: (view) => {
            emails.push(view.invite.email)
            return accept()
          },
          actor: 'operator',
          correlation: 'C',
        })
      await look()
      await Promise.all([look(), decide(() => accept(cast.purged)), look()])
      expect(emails).toStrictEqual([BEN_ADDRESS, BEN_ADDRESS, null])
    })

    test('forgetting an invite leaves the address of its user alone, and erasing the user takes that too', async () => {
      const tag = `email:${BEN_ADDRESS}` as const
      const found = async () => (await all(store.read({ tag }))).map(({ type }) => type)
      const via = { kind: 'invite', inviteId: INVITE } as const
      await decide(() =>
        accept(
          cast.issued(),
          cast.redeemed(),
          cast.registered(BEN, BEN_ADDRESS, via),
          cast.verified(BEN, BEN_ADDRESS),
        ),
      )
      await decide(() => accept(cast.purged))
      expect(await found()).toStrictEqual(['UserRegistered', 'EmailVerified'])
      await decide(() => accept(cast.erased(BEN, { inviteIds: [INVITE] })))
      expect(await found()).toStrictEqual([])
      expect(await engine.rows('select subject from subject_keys')).toStrictEqual([])
    })

    test('a forgotten address is free: decisions see nothing under it any more', async () => {
      await decide(() => accept(cast.issued()))
      await decide(() => accept(cast.purged))
      let seen = -1
      await store.decide({
        readings: {
          address: reading(`email:${BEN_ADDRESS}`, fold<number>(0, { InviteIssued: (count) => count + 1 })),
        },
        decide: (view) => {
          seen = view.address
          return accept()
        },
        actor: 'operator',
        correlation: 'C',
      })
      expect(seen).toBe(0)
    })

    test.each([
      'update events set type = 1',
      'delete from events',
      `update event_tags set tag = 'x'`,
      `delete from event_tags where tag like 'invite:%'`,
    ])('T46 the database itself refuses: %s', async (sql) => {
      await decide(() => accept(cast.issued()))
      await expect(engine.tamper(sql)).rejects.toThrow()
      expect(await store.head()).toBe(1)
    })

    test('a page read after a write sees the write', async () => {
      await decide(() => accept(cast.issued()))
      expect(await engine.rows('select id, status, email from invites')).toStrictEqual([
        { id: INVITE, status: 'open', email: BEN_ADDRESS },
      ])
    })

    test('decisions read again and again stay right: a role that was taken away is gone', async () => {
      const roles = () =>
        new Promise<readonly string[]>((resolve, reject) => {
          store
            .decide({
              readings: { user: reading(`user:${BEN}`, standing) },
              decide: (view) => {
                resolve(view.user.roles)
                return accept()
              },
              actor: 'operator',
              correlation: 'C',
            })
            .catch(reject)
        })
      await decide(() => accept(...cast.admin(BEN, BEN_ADDRESS)))
      expect([await roles(), await roles()]).toStrictEqual([['admin'], ['admin']])
      await decide(() => accept(cast.roleRevoked(BEN)))
      expect(await roles()).toStrictEqual([])
    })

    test('every tag of an event leads to it', async () => {
      const { events } = await decide(() =>
        accept(cast.issued(), cast.redeemed(), cast.loggedIn('invite'), cast.linkIssued(), cast.mailSent),
      )
      for (const event of events) {
        for (const tag of tagsOf(event)) {
          expect((await all(store.read({ tag }))).map(({ position }) => position)).toContain(event.position)
        }
      }
    })

    test('closing finishes what was begun and wants nothing new', async () => {
      const last = decide(() => accept(cast.issued()))
      await store.close()
      expect((await last).outcome).toBe('accepted')
      await expect(decide(() => accept())).rejects.toThrow('closed')
    })
  })
