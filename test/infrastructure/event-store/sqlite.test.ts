import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept, reading } from '../../../src/domain/decision.ts'
import { invite } from '../../../src/domain/invites/invite.ts'
import { openFoundation } from '../../../src/foundation.ts'
import { openWriter } from '../../../src/infrastructure/database/sqlite.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite, temporaryFolder, testClock, testSettings } from '../../support/house.ts'

const resend = (floor: Awaited<ReturnType<typeof openTestFloor>>) =>
  floor.store.decide({
    readings: { invite: reading(`invite:${cast.INVITE}`, invite) },
    decide: () => accept(cast.resent()),
    actor: 'operator',
    correlation: 'C',
  })

describe('SQLite in particular', () => {
  test('every writer has WAL and synchronous=FULL, secure_delete and its file for itself', () => {
    const { folder, remove } = temporaryFolder()
    const db = openWriter(join(folder, 'a.db'))
    const pragmas = ['journal_mode', 'synchronous', 'secure_delete', 'foreign_keys', 'trusted_schema']
    expect(pragmas.map((name) => db.pragma(name, { simple: true }))).toStrictEqual(['wal', 2, 1, 1, 0])
    db.close()
    remove()
  })

  test('start-up and the head of the history cost the same whatever its length: an index is sought, nothing is scanned', async () => {
    const floor = await openTestFloor()
    const plan = (sql: string) =>
      (rawSqlite(floor).db.prepare(`explain query plan ${sql}`).all() as { detail: string }[])
        .map(({ detail }) => detail)
        .join()
    expect(plan('select max(position) from events')).toContain('SEARCH')
    expect(plan('select position, bytes from events order by position desc limit 1')).not.toContain(
      'TEMP B-TREE',
    )
    expect(plan(`select 1 from event_tags where tag = 'x' limit 1`)).toContain('SEARCH')
    await floor.dispose()
  })

  test('F03 on a full disk commands fail, nothing is half-written, reading goes on, and writing resumes by itself', async () => {
    const floor = await openTestFloor()
    const pages = rawSqlite(floor).db.pragma('page_count', { simple: true }) as number
    rawSqlite(floor).db.pragma(`max_page_count = ${pages + 2}`)
    let failures = 0
    for (let n = 0; n < 60; n++) {
      await resend(floor).catch((error: Error) => {
        failures++
        expect(error.name).toBe('StoreUnavailable')
      })
    }
    expect(failures).toBeGreaterThan(0)
    const head = await floor.store.head()
    expect(rawSqlite(floor).db.prepare('select count(*) from event_tags').pluck().get()).toBe(head * 2)
    rawSqlite(floor).db.pragma('max_page_count = 1000000')
    await resend(floor)
    expect(await floor.store.head()).toBe(head + 1)
    expect(rawSqlite(floor).db.pragma('integrity_check', { simple: true })).toBe('ok')
    await floor.dispose()
  })

  test('F08 another process that holds the lock is waited for, while the event loop goes on', async () => {
    const floor = await openTestFloor()
    const child = fork(join(import.meta.dirname, 'lock-holder.ts'), [floor.settings.databaseFile, '800'])
    const ended = once(child, 'exit')
    await once(child, 'message')
    let worst = 0
    let last = performance.now()
    const ticker = setInterval(() => {
      worst = Math.max(worst, performance.now() - last - 10)
      last = performance.now()
    }, 10)
    const began = performance.now()
    expect((await resend(floor)).outcome).toBe('accepted')
    clearInterval(ticker)
    expect(performance.now() - began).toBeGreaterThan(300)
    expect(worst).toBeLessThan(250)
    await ended
    await floor.dispose()
  })

  test('F08 a lock held too long is answered with "busy"; nothing was changed, and later it works', async () => {
    const floor = await openTestFloor()
    const child = fork(join(import.meta.dirname, 'lock-holder.ts'), [floor.settings.databaseFile, '6000'])
    const ended = once(child, 'exit')
    await once(child, 'message')
    await expect(resend(floor)).rejects.toMatchObject({ name: 'StoreBusy', retryAfterSeconds: 1 })
    expect(await floor.store.head()).toBe(0)
    await ended
    expect((await resend(floor)).outcome).toBe('accepted')
    await floor.dispose()
  })

  test('two floors on one file, as the command line beside the service: both write, nothing is lost', async () => {
    const floor = await openTestFloor()
    const beside = await openFoundation(testSettings(floor.folder, 3000), { clock: testClock() })
    await Promise.all(
      Array.from({ length: 50 }, () => [resend(floor), resend({ ...floor, store: beside.store })]).flat(),
    )
    expect([await floor.store.head(), await beside.store.head()]).toStrictEqual([100, 100])
    await beside.close()
    await floor.dispose()
  })

  test('what another process has committed is seen by the next decision, cached or not', async () => {
    const floor = await openTestFloor()
    const beside = await openFoundation(testSettings(floor.folder, 3000), { clock: testClock() })
    const statusOn = async (store: typeof floor.store) => {
      let seen = ''
      await store.decide({
        readings: { invite: reading(`invite:${cast.INVITE}`, invite) },
        decide: (view) => {
          seen = view.invite.status
          return accept()
        },
        actor: 'operator',
        correlation: 'C',
      })
      return seen
    }
    const append = (store: typeof floor.store, event: NewEvent) =>
      store.decide({ readings: {}, decide: () => accept(event), actor: 'operator', correlation: 'C' })
    await append(floor.store, cast.issued())
    expect([await statusOn(floor.store), await statusOn(beside.store)]).toStrictEqual(['open', 'open'])
    await append(beside.store, cast.revoked())
    expect(await statusOn(floor.store)).toBe('revoked')
    await beside.close()
    await floor.dispose()
  })
})
