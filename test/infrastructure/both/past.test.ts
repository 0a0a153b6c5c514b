import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { run } from '../../../src/infrastructure/database/work.ts'
import type { Past } from '../../../src/infrastructure/engine.ts'
import { tagEncoder } from '../../../src/infrastructure/event-store/codec.ts'
import type { EventFilter } from '../../../src/infrastructure/event-store/store.ts'
import { FreshTables } from '../../../src/infrastructure/projections/fresh.ts'
import { addressDigest } from '../../../src/infrastructure/vault/address-digest.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { projections, readSide } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor } from '../../support/house.ts'

const { BEN, BEN_ADDRESS, INVITE } = cast
const POSITION = 3
let floor: Awaited<ReturnType<typeof openTestFloor>>
let past: Past

const append = (...events: readonly NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

beforeAll(async () => {
  floor = await openTestFloor()
  await append(cast.issued(), ...cast.member(BEN, BEN_ADDRESS))
  await append(cast.revoked(), cast.suspended(BEN))
  const file = join(floor.folder, 'past.db')
  const fresh = new FreshTables(projections, { file })
  await fresh.replay(floor.store, POSITION)
  fresh.index()
  fresh.keep()
  fresh.close()
  past = await floor.engine.past(file, POSITION, {
    keys: new SubjectKeys(floor.keyring.personal),
    encodeTag: tagEncoder(addressDigest(floor.keyring['address-index'])),
  })
})
afterAll(async () => {
  await past.store.close()
  await floor.dispose()
})

const positionsOf = async (events: AsyncIterable<{ readonly position: number }>) => {
  const found: number[] = []
  for await (const { position } of events) found.push(position)
  return found
}

describe('the database as it was at a position', () => {
  test('has the rows of then, whatever became of them', async () => {
    const reads = readSide(past.database.reader)
    expect((await reads.invites.get(INVITE, cast.NOW))?.state).toBe('open')
    expect((await reads.users.get(BEN))?.suspendedAt).toBeNull()
    expect((await floor.reads.invites.get(INVITE, cast.NOW))?.state).toBe('revoked')
    expect((await floor.reads.users.get(BEN))?.suspendedAt).not.toBeNull()
  })
  test('has the history of then, and no later one is asked out of it', async () => {
    const { store } = past
    expect(await store.head()).toBe(POSITION)
    expect([(await store.get(3))?.type, await store.get(4)]).toStrictEqual(['EmailVerified', null])
    for (const filter of [undefined, {}, { until: 5 }] satisfies (EventFilter | undefined)[]) {
      expect(await positionsOf(store.read(filter))).toStrictEqual([1, 2, 3])
      expect(await positionsOf(store.look(filter))).toStrictEqual([1, 2, 3])
      expect(await positionsOf(store.readStored(filter))).toStrictEqual([1, 2, 3])
    }
    expect(await positionsOf(store.read({ until: 2 }))).toStrictEqual([1, 2])
    expect(await positionsOf(store.read({ tag: `invite:${INVITE}` }))).toStrictEqual([1])
    const sql = 'select count(*) as n from events'
    expect([await past.database.reader.get(sql), await past.database.reader.all(sql)]).toStrictEqual([
      { n: POSITION },
      [{ n: POSITION }],
    ])
  })
  test('is written to by nobody', async () => {
    const refused = { name: 'ReadOnly', message: 'the past is not written to' }
    await expect(past.database.exclusively('test', () => run('delete from users'))).rejects.toMatchObject(
      refused,
    )
    await expect(
      past.store.decide({
        readings: {},
        decide: () => accept(cast.issued()),
        actor: 'operator',
        correlation: 'C',
      }),
    ).rejects.toMatchObject(refused)
    await past.store.emptyLog()
    expect(await floor.store.head()).toBe(5)
  })
})
