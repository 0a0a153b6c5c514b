import { expect, test } from 'vitest'
import { tagsOf } from '../../../../src/domain/catalogue.ts'
import { accept } from '../../../../src/domain/decision.ts'
import type { EventStore } from '../../../../src/infrastructure/event-store/store.ts'
import * as cast from '../../../support/controls.ts'
import { all, type OpenEngine, withEngine } from './engine.ts'

const { BEN_ADDRESS, INVITE } = cast

/** What every engine promises to whoever reads. */
export const readingContract = (open: OpenEngine): void => {
  const { engine, decide } = withEngine(open)

  test('reads by tag, type and position', async () => {
    await decide(() =>
      accept(
        cast.issued(),
        cast.issued({ inviteId: cast.OTHER_INVITE, email: 'x@example.org' }),
        cast.resent(),
      ),
    )
    const positions = async (filter: Parameters<EventStore['read']>[0]) =>
      (await all(engine().store.read(filter))).map(({ position }) => position)
    expect(await positions({ tag: `invite:${INVITE}` })).toStrictEqual([1, 3])
    expect(await positions({ tag: `email:${BEN_ADDRESS}` })).toStrictEqual([1, 3])
    expect(await positions({ types: ['InviteIssued'] })).toStrictEqual([1, 2])
    expect(await positions({ tag: `invite:${INVITE}`, types: ['InviteResent'] })).toStrictEqual([3])
    expect(await positions({ after: 1, until: 2 })).toStrictEqual([2])
    expect([(await engine().store.get(2))?.position, await engine().store.get(9)]).toStrictEqual([2, null])
  })

  test('reads a long history in pages, each event once and in order', async () => {
    await decide(() => accept(...Array.from({ length: 1201 }, () => cast.resent())))
    const positions = (await all(engine().store.read())).map(({ position }) => position)
    expect(positions).toStrictEqual(Array.from({ length: 1201 }, (_, n) => n + 1))
    for (const filter of [
      { pageSize: 7 },
      { pageSize: 2000 },
      { pageSize: 7, tag: `invite:${INVITE}` as const },
    ]) {
      const seen = (await all(engine().store.read({ ...filter, until: 40 }))).map(({ position }) => position)
      expect(seen).toStrictEqual(positions.slice(0, 40))
    }
  })

  test('reads backwards in pages, from any place, each event once', async () => {
    await decide(() =>
      accept(...Array.from({ length: 1201 }, (_, n) => (n % 2 === 0 ? cast.resent() : cast.mailSent))),
    )
    const positions = async (filter: Parameters<EventStore['read']>[0]) =>
      (await all(engine().store.read({ ...filter, newestFirst: true }))).map(({ position }) => position)
    expect(await positions({})).toStrictEqual(Array.from({ length: 1201 }, (_, n) => 1201 - n))
    expect(await positions({ types: ['MailSent'] })).toStrictEqual(
      Array.from({ length: 600 }, (_, n) => 1200 - 2 * n),
    )
    expect(await positions({ tag: `mail:${cast.MAIL}`, after: 3, until: 8 })).toStrictEqual([8, 6, 4])
    expect(await positions({ tag: 'mail:unknown' })).toStrictEqual([])
  })

  test('events are found by who wished them, by request and by cause, alone and under a tag', async () => {
    const [first] = (await decide(() => accept(cast.issued()))).events
    const caused = { ...cast.mailSent, causation: first?.id ?? '' }
    await engine().store.decide({
      readings: {},
      decide: () => accept(caused, cast.resent()),
      actor: 'system',
      correlation: 'D',
    })
    const positions = async (filter: Parameters<EventStore['read']>[0]) =>
      (await all(engine().store.read(filter))).map(({ position }) => position)
    expect(await positions({ actor: 'system' })).toStrictEqual([2, 3])
    expect(await positions({ actor: 'system', newestFirst: true })).toStrictEqual([3, 2])
    expect(await positions({ actor: 'anonymous' })).toStrictEqual([])
    expect(await positions({ correlation: 'C' })).toStrictEqual([1])
    expect(await positions({ causation: first?.id })).toStrictEqual([2])
    expect(await positions({ actor: 'system', tag: `invite:${cast.INVITE}` })).toStrictEqual([2, 3])
    expect(await positions({ actor: 'system', types: ['InviteResent'], after: 1 })).toStrictEqual([3])
    expect(await positions({ actor: 'operator', tag: `mail:${cast.MAIL}` })).toStrictEqual([])
  })

  test('every tag of an event leads to it', async () => {
    const { events } = await decide(() =>
      accept(cast.issued(), cast.redeemed(), cast.loggedIn('invite'), cast.linkIssued(), cast.mailSent),
    )
    for (const event of events) {
      for (const tag of tagsOf(event)) {
        expect((await all(engine().store.read({ tag }))).map(({ position }) => position)).toContain(
          event.position,
        )
      }
    }
  })

  test('a history that grows while it is read is read to an end, each event once', async () => {
    await decide(() => accept(...Array.from({ length: 600 }, () => cast.resent())))
    const seen: number[] = []
    for await (const { position } of engine().store.read({ until: 700 })) {
      if (position % 100 === 0) await decide(() => accept(...Array.from({ length: 50 }, () => cast.resent())))
      seen.push(position)
    }
    expect(seen).toStrictEqual(Array.from({ length: 700 }, (_, n) => n + 1))
  })

  test('an empty history, or nothing that fits, is read without a word', async () => {
    const { store } = engine()
    expect([await store.head(), await all(store.read()), await store.get(1)]).toStrictEqual([0, [], null])
    await decide(() => accept(cast.issued()))
    expect(await all(store.read({ tag: 'invite:unknown' }))).toStrictEqual([])
    expect(await all(store.read({ types: [] }))).toStrictEqual([])
    expect(await all(store.read({ after: 1 }))).toStrictEqual([])
    expect([await store.get(0), await store.get(-1), await store.get(2)]).toStrictEqual([null, null, null])
  })

  test('events as stored and events as read are the same ones', async () => {
    await decide(() => accept(cast.issued(), cast.revoked({ reason: 'left' })))
    const stored = await all(engine().store.readStored())
    const parsed = stored.map(({ position, type, bytes }) => {
      const { id, at } = JSON.parse(bytes) as { id: string; at: string }
      return { position, type, id, at }
    })
    const read = await all(engine().store.read())
    expect(parsed).toStrictEqual(read.map(({ position, type, id, at }) => ({ position, type, id, at })))
  })
}
