import { hash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { readSettings } from '../src/config.ts'
import { issueInvite } from '../src/domain/invites/issue-invite.ts'
import { grantRole } from '../src/domain/users/grant-role.ts'
import { type Foundation, openFoundation } from '../src/foundation.ts'
import { readBy } from '../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../src/infrastructure/history/seal-keys.ts'
import { Sealer } from '../src/infrastructure/history/sealer.ts'
import { verifyHistory } from '../src/infrastructure/history/verify.ts'
import { freshTables } from '../src/infrastructure/projections/fresh-in-threads.ts'
import { projections } from '../src/projections/index.ts'
import { rate } from './figures.ts'
import { newFolder } from './machine.ts'

const EVENT_BYTES = 430 // what an InviteIssued takes as stored

/** The limit of whoever commits one by one: one row, one commit, synchronous=FULL, on the same disk. */
export const bareCommits = () => {
  const db = new Database(join(newFolder(), 'bare.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous=FULL was not accepted')
  db.exec('create table events (position integer primary key, bytes text not null) strict')
  const insert = db.prepare('insert into events (bytes) values (?)')
  const row = 'x'.repeat(EVENT_BYTES)
  return (count: number) =>
    rate(count, () => {
      for (let n = 0; n < count; n++) insert.run(row)
    })
}

/** In a file of its own, or on a server that starts empty. */
export const openStore = async (
  url?: string,
): Promise<{
  floor: Foundation
  folder: string
  issue: (inFlight: number, count: number) => Promise<number>
}> => {
  const folder = newFolder()
  const floor = await openFoundation(
    readSettings({
      DATABASE_URL: url ?? `sqlite:${join(folder, 'service.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      MAIL_URL: 'capture:',
    }),
  )
  const admin = floor.ids()
  await floor.execute(
    grantRole,
    {
      userId: admin,
      role: 'admin',
      enrol: { email: 'admin@example.org', locale: 'en' },
      newCredentialId: null,
    },
    { actor: 'operator', correlation: floor.ids() },
  )
  const actor = `user:${admin}` as const
  let issued = 0
  const issueOne = async (): Promise<void> => {
    const wish = {
      inviteId: floor.ids(),
      email: `person-${issued++}@example.org`,
      role: 'member',
      locale: 'en',
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    } as const
    const outcome = await floor.execute(issueInvite, wish, { actor, correlation: floor.ids() })
    if (outcome.outcome !== 'accepted') throw new Error(outcome.refusal.code)
  }
  const issue = async (inFlight: number, count: number) => {
    const before = await floor.store.head()
    let left = count
    const perSecond = await rate(count, async () => {
      const worker = async () => {
        while (left-- > 0) await issueOne()
      }
      await Promise.all(Array.from({ length: inFlight }, worker))
    })
    if ((await floor.store.head()) !== before + count)
      throw new Error('not every accepted command is in the history')
    return perSecond
  }
  return { floor, folder, issue }
}

const rawReader = ({ sqlite }: Foundation) => {
  if (!sqlite) throw new Error('the database is no file')
  return sqlite.reader
}

/** Verifying the whole history, against reading the same bytes and hashing each event once. */
export const verify = async (floor: Foundation, events: number) => {
  const { database, engine, roots } = floor
  const reader = rawReader(floor)
  const log = { info: () => {}, error: () => {} }
  await new Sealer({
    ...floor,
    ...floor.settings.seals,
    log,
  }).seal()
  const hashed = await rate(events, () => {
    let seen = 0
    for (const bytes of reader
      .prepare('select cast(bytes as blob) from events order by position')
      .pluck()
      .iterate()) {
      if (hash('sha256', bytes as Buffer, 'buffer').length === 32) seen++
    }
    if (seen !== events) throw new Error('the scan missed events')
  })
  const verified = await rate(events, async () => {
    const report = await verifyHistory(await engine.historySource(), {
      anchors: await readBy(database.reader, ownSealKeys(roots)),
    })
    if (report.sealed !== events || report.count > 0) throw new Error('the history did not verify')
  })
  return { hashed, verified }
}

/** Reading the whole history through the store, against bare rows and JSON.parse. */
export const replay = async (floor: Foundation, events: number) => {
  const { store } = floor
  const reader = rawReader(floor)
  const scanned = await rate(events, () => {
    let seen = 0
    for (const bytes of reader.prepare('select bytes from events order by position').pluck().iterate()) {
      if (typeof (JSON.parse(bytes as string) as { at: unknown }).at === 'string') seen++
    }
    if (seen !== events) throw new Error('the scan missed events')
  })
  const replayed = await rate(events, async () => {
    let seen = 0
    for await (const _ of store.read()) seen++
    if (seen !== events) throw new Error('the replay missed events')
  })
  return { scanned, replayed }
}

/** Building all read tables anew, beside those in use. */
export const build = ({ store, origin }: Foundation, events: number): Promise<number> =>
  rate(events, async () => {
    const fresh = await freshTables({ store, projections, origin }, events)
    await fresh.follow(store)
    fresh.close()
  })

/** The same against a bare loop that iterates, parses and upserts one row an event. */
export const rebuild = async (floor: Foundation, events: number) => {
  const reader = rawReader(floor)
  const bare = await rate(events, () => {
    const db = new Database('')
    db.exec('create table rows (id text primary key, at text, type text) strict, without rowid; begin')
    const upsert = db.prepare(
      'insert into rows values (?, ?, ?) on conflict (id) do update set at = excluded.at',
    )
    for (const bytes of reader.prepare('select bytes from events order by position').pluck().iterate()) {
      const { id, at, type } = JSON.parse(bytes as string) as { id: string; at: string; type: string }
      upsert.run(id, at, type)
    }
    db.exec('commit')
    db.close()
  })
  return { bare, rebuilt: await build(floor, events) }
}
