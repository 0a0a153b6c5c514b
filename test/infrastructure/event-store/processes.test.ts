import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWriter } from '../../../src/infrastructure/database/sqlite.ts'
import { openTestFloor, temporaryFolder } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

let floor: Awaited<ReturnType<typeof openTestFloor>>
let workers: ChildProcess[] = []
beforeEach(async () => {
  floor = await openTestFloor()
})
afterEach(async () => {
  await stopAll()
  await floor.dispose()
})

const start = async (folder = floor.folder): Promise<ChildProcess> => {
  const worker = fork(join(import.meta.dirname, 'claimer.ts'), [folder])
  workers.push(worker)
  await once(worker, 'message')
  return worker
}

const stopAll = async () => {
  for (const worker of workers) {
    worker.disconnect()
    await once(worker, 'exit')
  }
  workers = []
}

const claimAll = async (worker: ChildProcess, ids: readonly string[]): Promise<string[]> => {
  const answer = once(worker, 'message')
  worker.send(ids)
  return (await answer)[0]
}

test('three processes on one file issue the same invites at once: each is issued by exactly one, and nobody hears of locks', async () => {
  const started = await Promise.all([start(), start(), start()])
  const ids = Array.from({ length: 150 }, () => floor.ids())
  const results = await Promise.all(started.map((worker) => claimAll(worker, ids)))
  expect(new Set(results.flat())).toStrictEqual(new Set(['claimed', 'too late']))
  for (const [n] of ids.entries()) {
    expect(results.map((answers) => answers[n]).filter((answer) => answer === 'claimed')).toHaveLength(1)
  }
  const positions: number[] = []
  const issued = new Set<string>()
  for await (const event of floor.store.read()) {
    positions.push(event.position)
    if (event.type === 'InviteIssued') issued.add(event.data.inviteId)
  }
  expect(positions).toStrictEqual(ids.map((_, n) => n + 1))
  expect(issued).toStrictEqual(new Set(ids))
  await expectProjectionsEqualRebuild(floor)
})

test('three processes that start at once in an empty folder make one database with one secret between them', async () => {
  const { folder, remove } = temporaryFolder()
  const started = await Promise.all([start(folder), start(folder), start(folder)])
  const id = floor.ids()
  const results = await Promise.all(started.map((worker) => claimAll(worker, [id])))
  expect(results.flat().toSorted()).toStrictEqual(['claimed', 'too late', 'too late'])
  await stopAll()
  expect(readdirSync(folder).toSorted()).toStrictEqual(['latchkey.db', 'secret'])
  remove()
})

test('a database that another program is just making is waited for', async () => {
  const file = join(floor.folder, 'new.db')
  const holder = fork(join(import.meta.dirname, 'lock-holder.ts'), [file, '300'])
  await once(holder, 'message')
  const db = openWriter(file) // fails at once if it doesn't wait: SQLite's own patience ends where the journal changes
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  db.close()
  await once(holder, 'exit')
})
