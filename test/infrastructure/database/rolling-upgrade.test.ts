import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api } from '../../http/api/client.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

let database: TestDatabase
let api: Api
let token: string

beforeAll(async () => {
  database = await createTestDatabase()
  api = await Api.open({ DATABASE_URL: database.url, DATABASE_POOL: '5' })
  token = (await api.signIn()).accessToken
})
afterAll(async () => {
  await api.app.dispose()
  await database.drop()
})

const migrateAsTheNextVersionWould = async (): Promise<void> => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`begin;
    alter table invites add column note text collate "C";
    alter table users add column team text collate "C";
    alter table events add column region text collate "C";
    alter table mails add column priority integer;
    alter table sessions add column place text collate "C";
    alter table page_sessions add column place text collate "C";
    create index invites_by_note on invites (note);
    create table teams (id text collate "C" primary key);
    insert into migrations (number, name, checksum, applied_at) values (999, 'next', 'x', '2026-03-01T09:00:00.000Z');
    commit`)
  await client.end()
}

test('a node goes on working while the next version has migrated, and only a start tells that it is too old', async () => {
  const work = async (email: string) => {
    const issued = await api.call('POST', '/invites', { token, body: { email } })
    const { id } = issued.body as { id: string }
    const listed = await api.call('GET', '/invites?limit=100', { token })
    const revoked = await api.call('DELETE', `/invites/${id}`, { token })
    const signedIn = await api.signIn()
    const refreshed = await api.call('POST', '/sessions/refresh', {
      body: { refreshToken: signedIn.refreshToken },
    })
    const history = await api.call('GET', '/history?limit=5', { token })
    return [issued, listed, revoked, refreshed, history].map(({ status }) => status)
  }
  expect(await work('before@example.org')).toStrictEqual([201, 200, 200, 200, 200])
  await migrateAsTheNextVersionWould()
  expect(await work('after@example.org')).toStrictEqual([201, 200, 200, 200, 200])
  await api.call('POST', '/invites', { token, body: { email: 'mailed@example.org' } })
  expect(await api.app.mailsTo('mailed@example.org')).toHaveLength(1)
  await expectProjectionsEqualRebuild(api.app.floor)
  await expect(Api.open({ DATABASE_URL: database.url, DATABASE_POOL: '5' })).rejects.toThrow('newer version')
})
