import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accept } from '../../../src/domain/decision.ts'
import { buildBeside } from '../../../src/infrastructure/projections/build.ts'
import { FreshTables, tablesOf } from '../../../src/infrastructure/projections/fresh.ts'
import { freshTables } from '../../../src/infrastructure/projections/fresh-in-threads.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, temporaryFolder } from '../../support/house.ts'
import { anyStory, play } from '../../support/story.ts'
import type { Step } from '../../support/story-wishing.ts'

const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const names = projections.map(({ name }) => name)

const contents = ({ db }: FreshTables) =>
  tablesOf(projections).map((table) => ({ table, rows: db.prepare(`select * from ${table}`).all() }))
const indexes = ({ db }: FreshTables) =>
  db
    .prepare(
      `select name from sqlite_schema where type = 'index' and sql is not null and name not like '%sought%' order by name`,
    )
    .all()

type Floor = Awaited<ReturnType<typeof openTestFloor>>

/** Lets a story happen, but for what the database refuses: stories have few ids and give some of them twice. */
const live = async ({ store }: Floor, story: readonly Step[]): Promise<void> => {
  for (const { actor, events } of play(story)) {
    if (events.length === 0) continue
    const decision = accept(...events.map(({ type, data }) => ({ type, data }) as never))
    await store.decide({ readings: {}, decide: () => decision, actor, correlation: 'STORY' }).catch(() => {})
  }
}

test('tables built in threads, a slice of the history each, hold what one thread makes of all of it', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, fc.integer({ min: 1, max: 3 }), async (story, threads) => {
      const floor = await openTestFloor()
      const { folder, remove } = temporaryFolder()
      try {
        await live(floor, story)
        const position = await floor.store.head()
        const file = join(folder, 'built.db')
        let done = 0
        await buildBeside(
          { ...floor.origin, projections: names, position, file, isIndexed: true },
          {
            threads,
            progress: (events) => {
              done = events
            },
          },
        )
        const built = new FreshTables(projections, { file, position })
        const whole = new FreshTables(projections)
        await whole.replay(floor.store, position)
        whole.index()
        expect(contents(built)).toStrictEqual(contents(whole))
        expect(indexes(built)).toStrictEqual(indexes(whole))
        expect(done).toBe(position)
        expect(existsSync(`${file}-1`)).toBe(false)
        built.close()
        whole.close()
      } finally {
        await floor.dispose()
        remove()
      }
    }),
    { numRuns: 3, ...SEED },
  )
})

test('what the third slice changes of a row of the second is changed there', async () => {
  const floor = await openTestFloor()
  const { folder, remove } = temporaryFolder()
  try {
    const events = [cast.loggedIn('password'), cast.issued(), cast.revoked()]
    const decide = () => accept(...events)
    await floor.store.decide({ readings: {}, decide, actor: 'operator', correlation: 'C' })
    const file = join(folder, 'built.db')
    const order = { ...floor.origin, projections: names, position: 3, file, isIndexed: false }
    await buildBeside(order, { threads: 3 })
    const built = new FreshTables(projections, { file, position: 3 })
    expect(built.db.prepare('select status, reason from mails').all()).toStrictEqual([
      { status: 'suppressed', reason: 'ended' },
    ])
    built.close()
  } finally {
    await floor.dispose()
    remove()
  }
})

test('tables that were built go on where they ended, with what is changed of rows that they hold', async () => {
  const floor = await openTestFloor()
  const { folder, remove } = temporaryFolder()
  try {
    const decide = () => accept(cast.issued(), cast.resent(), cast.revoked())
    await floor.store.decide({ readings: {}, decide, actor: 'operator', correlation: 'C' })
    const file = join(folder, 'built.db')
    await buildBeside({ ...floor.origin, projections: names, position: 1, file, isIndexed: false })
    const [built, whole] = [new FreshTables(projections, { file, position: 1 }), new FreshTables(projections)]
    for (const tables of [built, whole]) await tables.replay(floor.store, 3)
    expect(contents(built)).toStrictEqual(contents(whole))
    for (const tables of [built, whole]) tables.close()
  } finally {
    await floor.dispose()
    remove()
  }
})

test('tables of a long history are built in threads, told of, gone on with, and leave nothing behind', async () => {
  const floor = await openTestFloor()
  const folders = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`latchkey-past-${process.pid}-`))
  const before = folders()
  try {
    const decide = () => accept(cast.issued(), cast.resent(), cast.revoked())
    await floor.store.decide({ readings: {}, decide, actor: 'operator', correlation: 'C' })
    const told: number[] = []
    const parts = { ...floor, projections, longFrom: 2 }
    const built = await freshTables(parts, 2, (position) => void told.push(position))
    expect(folders()).toHaveLength(before.length + 1)
    await built.replay(floor.store, 3)
    const whole = await freshTables({ ...floor, projections, origin: undefined }, 3)
    expect(contents(built)).toStrictEqual(contents(whole))
    for (const tables of [built, whole]) tables.close()
    expect([told.at(-1), folders()]).toStrictEqual([2, before])

    const stopped = freshTables(parts, 2, () => {
      throw new Error('enough')
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(folders()).toStrictEqual(before)
  } finally {
    await floor.dispose()
  }
})

test('whoever has enough of it ends all threads, and what is half done is gone', async () => {
  const floor = await openTestFloor()
  const { folder, remove } = temporaryFolder()
  try {
    await live(floor, fc.sample(anyStory, { numRuns: 1, seed: 7 })[0] ?? [])
    const file = join(folder, 'built.db')
    const position = await floor.store.head()
    const order = { ...floor.origin, projections: names, position, file, isIndexed: false }
    const stopping = new AbortController()
    const building = buildBeside(order, { signal: stopping.signal, threads: 3 })
    stopping.abort(new Error('enough'))
    await expect(building).rejects.toThrow('enough')
    expect(existsSync(`${file}-1`)).toBe(false)
    await expect(buildBeside(order, { signal: stopping.signal })).rejects.toThrow('enough')
  } finally {
    await floor.dispose()
    remove()
  }
})

test('a history that cannot be read is heard of, and nobody waits', async () => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'built.db')
  const origin = { place: { file: join(folder, 'nothing.db') }, personalKey: Buffer.alloc(32) }
  await expect(
    buildBeside({ ...origin, projections: names, position: 9, file, isIndexed: false }, { threads: 2 }),
  ).rejects.toThrow()
  remove()
})

test('a projection that no thread knows is refused, and not left empty', async () => {
  const floor = await openTestFloor()
  const { folder, remove } = temporaryFolder()
  try {
    const order = { ...floor.origin, position: 1, file: join(folder, 'built.db'), isIndexed: false }
    const building = buildBeside({ ...order, projections: ['invites', 'nobody’s'] })
    await expect(building).rejects.toThrow('no thread knows the projection nobody’s')
  } finally {
    await floor.dispose()
    remove()
  }
})
