import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type PostgresServer, replicaOf, startPostgres } from '../support/postgres.ts'
import { Api } from './api/client.ts'

let primary: PostgresServer
let replica: PostgresServer
let api: Api
let token: string
let onReplica: pg.Client

beforeAll(async () => {
  primary = await startPostgres()
  const { url } = await createTestDatabase(primary.url, 'template0')
  const { pathname } = new URL(url)
  replica = await startPostgres(['fsync=off'], replicaOf(primary, 'lists'))
  api = await Api.open({
    DATABASE_URL: url,
    DATABASE_READ_URL: `${replica.url}${pathname}`,
    DATABASE_POOL: '6',
  })
  token = (await api.signIn()).accessToken
  onReplica = new pg.Client({ connectionString: `${replica.url}${pathname}` })
  onReplica.on('error', () => {})
  await onReplica.connect()
})
afterAll(async () => {
  await onReplica.end().catch(() => {})
  await api.app.dispose()
  replica.remove()
  primary.remove()
})

const head = async (): Promise<number> => {
  const { rows } = await onReplica.query('select position from history_head')
  return Number((rows[0] as { position: string } | undefined)?.position ?? 0)
}

const caughtUp = async (): Promise<void> => {
  const wanted = await api.app.floor.store.head()
  while ((await head()) < wanted) await new Promise((resolve) => setTimeout(resolve, 20))
}

const listed = async (headers: Record<string, string> = {}): Promise<number> => {
  const { body } = await api.call('GET', '/invites?limit=100', { token, headers })
  return (body['items'] as unknown[]).length
}

describe('lists from a replica', () => {
  test('whoever has written sees it at once, whoever has not may see a little less; then all see all', async () => {
    await caughtUp()
    const before = await listed()
    await onReplica.query('select pg_wal_replay_pause()')
    const issued = await api.call('POST', '/invites', { token, body: { email: 'late@example.org' } })
    const position = issued.headers.get('latchkey-position') ?? ''
    expect(Number(position)).toBe(await api.app.floor.store.head())
    expect(await listed()).toBe(before)
    expect(await listed({ 'latchkey-position': position })).toBe(before + 1)
    await onReplica.query('select pg_wal_replay_resume()')
    await caughtUp()
    expect(await listed()).toBe(before + 1)
  })

  test('nothing is decided by what a replica says', async () => {
    await caughtUp()
    await onReplica.query('select pg_wal_replay_pause()')
    const issued = await api.call('POST', '/invites', { token, body: { email: 'twice@example.org' } })
    const { id } = issued.body as { id: string }
    expect((await api.call('DELETE', `/invites/${id}`, { token })).body).toMatchObject({ state: 'revoked' })
    expect((await api.call('GET', `/invites/${id}`, { token })).body).toMatchObject({ state: 'revoked' })
    await onReplica.query('select pg_wal_replay_resume()')
  })

  test('a replica that is gone is missed by nobody', async () => {
    await caughtUp()
    const before = await listed()
    replica.stop('immediate')
    expect(await listed()).toBe(before)
    expect((await api.call('GET', '/history', { token })).status).toBe(200)
  })
})
