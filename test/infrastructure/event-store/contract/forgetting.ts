import { canonicalize } from 'json-canonicalize'
import { expect, test } from 'vitest'
import { accept, fold, reading } from '../../../../src/domain/decision.ts'
import * as cast from '../../../support/controls.ts'
import { all, keyRow, type OpenEngine, withEngine } from './engine.ts'

const { BEN, BEN_ADDRESS, INVITE } = cast

/** What every engine keeps, what it never keeps, and what it lets go of. */
export const forgettingContract = (open: OpenEngine): void => {
  const { engine, decide } = withEngine(open)

  test('stores canonical JSON (RFC 8785) with no personal data in it, and a keyed digest as address tag', async () => {
    await decide(() => accept(cast.issued(), cast.revoked({ reason: 'left the company' })))
    const stored = await all(engine().store.readStored())
    for (const { bytes } of stored) {
      expect(canonicalize(JSON.parse(bytes))).toBe(bytes)
      expect(bytes).not.toMatch(/ben@example|left the company/)
    }
    const tags = (await engine().rows('select tag from event_tags')).map(({ tag }) => String(tag))
    expect(tags.some((tag) => tag.startsWith('email:'))).toBe(true)
    expect(tags.join()).not.toContain('ben@')
    expect((await engine().store.get(2))?.data).toMatchObject({
      email: BEN_ADDRESS,
      reason: 'left the company',
    })
  })

  test('forgetting leaves the bytes as they are, and takes the key, the digests and the meaning', async () => {
    await decide(() => accept(cast.issued(), cast.revoked({ reason: 'left' })))
    const before = await all(engine().store.readStored())
    await decide(() => accept(cast.purged))
    const after = await all(engine().store.readStored())
    expect(after.slice(0, 2)).toStrictEqual(before)
    expect((await engine().store.get(2))?.data).toStrictEqual({ inviteId: INVITE, email: null, reason: null })
    expect(await all(engine().store.read({ tag: `email:${BEN_ADDRESS}` }))).toStrictEqual([])
    expect(await engine().rows('select subject from subject_keys')).toStrictEqual([])
  })

  test('what was decided in the same group before a forgetting is forgotten with it', async () => {
    await Promise.all([decide(() => accept(cast.issued())), decide(() => accept(cast.purged))])
    expect((await engine().store.get(1))?.data).toMatchObject({ email: null })
    expect(await engine().rows(`select tag from event_tags where tag like 'email:%'`)).toStrictEqual([])
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
      engine().store.decide({
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
    const found = async () => (await all(engine().store.read({ tag }))).map(({ type }) => type)
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
    expect(await engine().rows('select subject from subject_keys')).toStrictEqual([])
  })

  test('a forgetting that the database refuses has forgotten nothing', async () => {
    await decide(() => accept(cast.issued()), { alongside: [keyRow('A')] })
    const refused = decide(() => accept(cast.purged), { alongside: [keyRow('A')] })
    await expect(refused).rejects.toThrow()
    expect((await all(engine().store.read())).map(({ data }) => data)).toStrictEqual([cast.issued().data])
    expect(await all(engine().store.read({ tag: `email:${BEN_ADDRESS}` }))).toHaveLength(1)
  })

  test('a forgotten address is free: decisions see nothing under it any more', async () => {
    await decide(() => accept(cast.issued()))
    await decide(() => accept(cast.purged))
    let seen = -1
    await engine().store.decide({
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
    await expect(engine().tamper(sql)).rejects.toThrow()
    expect(await engine().store.head()).toBe(1)
  })
}
