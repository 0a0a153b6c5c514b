import { expect, test } from 'vitest'
import { accept, reading, refuse } from '../../../../src/domain/decision.ts'
import { standing } from '../../../../src/domain/users/user.ts'
import * as cast from '../../../support/controls.ts'
import { all, keyRow, type OpenEngine, whole, withEngine } from './engine.ts'

const { BEN, BEN_ADDRESS, INVITE } = cast

/** What every engine promises to whoever decides. */
export const decidingContract = (open: OpenEngine): void => {
  const { engine, decide } = withEngine(open)

  test('appends all events of a decision, in order, from position 1 and without gaps', async () => {
    await decide(() => accept(cast.issued(), cast.resent()))
    await decide(() => accept(cast.revoked()))
    const events = await all(engine().store.read())
    expect(events.map(({ position, type }) => [position, type])).toStrictEqual([
      [1, 'InviteIssued'],
      [2, 'InviteResent'],
      [3, 'InviteRevoked'],
    ])
    expect(await engine().store.head()).toBe(3)
  })

  test('answers the events as they will be read', async () => {
    const { events } = await decide(() => accept(cast.issued()))
    expect(events.map(whole)).toStrictEqual((await all(engine().store.read())).map(whole))
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
    expect(await engine().store.head()).toBe(1)
  })

  test('decisions under different tags do not disturb each other: each sees its own, in whatever order they come', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => String(n).padStart(26, '0'))
    const seen = new Map<string, string[]>(ids.map((id) => [id, []]))
    const step = (n: number) => (inviteId: string) =>
      decide(
        (status) => {
          // An engine may judge a command more than once; the last time counts.
          const statuses = seen.get(inviteId) ?? []
          statuses[n] = status
          return accept(status === 'unknown' ? cast.issued({ inviteId }) : cast.revoked({ inviteId }))
        },
        { inviteId },
      )
    await Promise.all([...ids.map(step(0)), ...ids.toReversed().map(step(1)), ...ids.map(step(2))])
    expect([...seen.values()].map((statuses) => statuses.toSorted())).toStrictEqual(
      ids.map(() => ['open', 'revoked', 'unknown']),
    )
    expect(await engine().store.head()).toBe(300)
  })

  test('an event says who wished it, what it follows from and which chain it belongs to', async () => {
    await engine().store.decide({
      readings: {},
      decide: () => accept(cast.issued(), { ...cast.resent(), causation: 'AN-EARLIER-EVENT' }),
      actor: `user:${cast.ADA}`,
      correlation: 'A-REQUEST',
      causation: 'WHAT-CAME-BEFORE',
    })
    await decide(() => accept(cast.revoked()))
    const origins = (await all(engine().store.read())).map(({ actor, correlation, causation }) => [
      actor,
      correlation,
      causation,
    ])
    expect(origins).toStrictEqual([
      [`user:${cast.ADA}`, 'A-REQUEST', 'WHAT-CAME-BEFORE'],
      [`user:${cast.ADA}`, 'A-REQUEST', 'AN-EARLIER-EVENT'],
      ['operator', 'C', null],
    ])
  })

  test('every event has an id and a moment of its own clock, and the version of its type', async () => {
    await decide(() => accept(cast.issued(), cast.resent()))
    const events = await all(engine().store.read())
    expect(new Set(events.map(({ id }) => id)).size).toBe(2)
    for (const { id, at, version } of events) {
      expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
      expect([at, version]).toStrictEqual([engine().clock(), 1])
    }
  })

  test('accepting without events writes nothing, alongside rows neither', async () => {
    await decide(() => accept(), { alongside: [keyRow('A')] })
    expect([await engine().store.head(), await engine().rows('select * from password_hashes')]).toStrictEqual(
      [0, []],
    )
  })

  test('a refusal keeps its facts and writes nothing alongside', async () => {
    const outcome = await decide(() => refuse('invite_not_found', undefined, cast.issued()), {
      alongside: [keyRow('A')],
    })
    expect(outcome.outcome).toBe('refused')
    expect([await engine().store.head(), await engine().rows('select * from password_hashes')]).toStrictEqual(
      [1, []],
    )
  })

  test('alongside rows are written with the events', async () => {
    await decide(() => accept(cast.issued()), { alongside: [keyRow('A')] })
    expect(await engine().rows('select credential_id from password_hashes')).toStrictEqual([
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
    expect(await engine().store.head()).toBe(2)
  })

  test('a decision that fails half-way leaves no key behind that a neighbour would lock its data with', async () => {
    const results = await Promise.allSettled([
      decide(() => accept(cast.issued(), { ...cast.resent(), data: { nonsense: true } } as never)),
      decide(() => accept(cast.issued())),
    ])
    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'fulfilled'])
    expect(await engine().rows('select subject from subject_keys')).toStrictEqual([
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
    expect((await all(engine().store.read())).map(({ type }) => type)).toStrictEqual([
      'InviteIssued',
      'InviteResent',
    ])
  })

  test('time never runs backwards in the history, whatever the clock does', async () => {
    await decide(() => accept(cast.issued()))
    engine().clock.advance(-3_600_000)
    let told = ''
    await decide((_, now) => {
      told = now
      return accept(cast.resent())
    })
    const [first, second] = await all(engine().store.read())
    expect([second?.at, told]).toStrictEqual([first?.at, first?.at])
  })

  test('a page read after a write sees the write', async () => {
    await decide(() => accept(cast.issued()))
    expect(await engine().rows('select id, status, email from invites')).toStrictEqual([
      { id: INVITE, status: 'open', email: BEN_ADDRESS },
    ])
  })

  test('decisions read again and again stay right: a role that was taken away is gone', async () => {
    const roles = () =>
      new Promise<readonly string[]>((resolve, reject) => {
        engine()
          .store.decide({
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

  test('closing finishes what was begun and wants nothing new', async () => {
    const last = decide(() => accept(cast.issued()))
    await engine().store.close()
    expect((await last).outcome).toBe('accepted')
    await expect(decide(() => accept())).rejects.toThrow('closed')
  })
}
