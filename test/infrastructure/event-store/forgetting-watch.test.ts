import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventTypes } from '../../../src/domain/catalogue.ts'
import { migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import type { SqliteConnection } from '../../../src/infrastructure/database/sqlite.ts'
import { forgettingWatches } from '../../../src/infrastructure/event-store/forgetting-watch.ts'
import { NOW } from '../../support/controls.ts'
import { temporaryFolder } from '../../support/house.ts'

let folder: string
let remove: () => void
let here: SqliteConnection
let elsewhere: SqliteConnection
let noticed: number
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  here = new Database(join(folder, 'a.db'))
  here.pragma('journal_mode = WAL')
  here.pragma('synchronous = OFF')
  migrateUp(here, sqliteMigrations(), NOW)
  elsewhere = new Database(join(folder, 'a.db'))
  noticed = 0
})
afterEach(() => {
  here.close()
  elsewhere.close()
  remove()
})

const append = (on: SqliteConnection, type: string) =>
  on
    .prepare(
      'insert into events (position, type, bytes) select coalesce(max(position), 0) + 1, ?, ? from events',
    )
    .run(type, '{}')
const opened = () =>
  forgettingWatches(here)(() => {
    noticed++
  })

describe('somebody was forgotten', () => {
  test.each(['InvitePurged', 'UserErased'])('by another connection, by %s: that is noticed, once', (type) => {
    const look = opened()
    append(elsewhere, type)
    look()
    look()
    append(elsewhere, 'MailSent')
    look()
    expect(noticed).toBe(1)
    append(elsewhere, type)
    look()
    expect(noticed).toBe(2)
  })
  test('among much else that happened', () => {
    const look = opened()
    for (const type of ['MailSent', 'InvitePurged', 'MailSent']) append(elsewhere, type)
    look()
    expect(noticed).toBe(1)
  })
  test('before the watch began: that is known already', () => {
    append(elsewhere, 'InvitePurged')
    const look = opened()
    append(elsewhere, 'MailSent')
    look()
    expect(noticed).toBe(0)
  })
  test('on the very connection: it knows itself', () => {
    const look = opened()
    append(here, 'InvitePurged')
    look()
    append(elsewhere, 'MailSent')
    look()
    expect(noticed).toBe(1)
  })
})

test('all else that happens elsewhere forgets nobody', () => {
  const look = opened()
  for (const type of eventTypes) if (type !== 'InvitePurged' && type !== 'UserErased') append(elsewhere, type)
  look()
  expect(noticed).toBe(0)
})
