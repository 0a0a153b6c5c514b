import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openFoundation } from '../../src/foundation.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { Api } from '../http/api/client.ts'
import { temporaryFolder, testSettings } from '../support/house.ts'
import { createTestDatabase, type PostgresServer, startPostgres } from '../support/postgres.ts'
import { type Fate, startProxy } from '../support/tcp-proxy.ts'
import { on, rounds, seeded, seedOf } from './support.ts'

const ROUNDS = rounds(12, 1000)
const MAX_CONNECTIONS = 14
/** Longer than this nobody waits for a server that says nothing. */
const BOUND_MS = 30_000

let server: PostgresServer
let api: Awaited<ReturnType<typeof Api.open>>
let token = ''
let invite = ''
beforeAll(async () => {
  server = await startPostgres([`max_connections=${MAX_CONNECTIONS}`])
  const { url } = await createTestDatabase(server.url, 'template0')
  api = await Api.open({ DATABASE_URL: url, DATABASE_POOL: '6' })
  token = (await api.signIn()).accessToken
  invite = api.app.floor.tokens.make('invite', api.app.floor.ids())
})
afterAll(async () => {
  await api.app.dispose()
  server.remove()
})

type Asked = { readonly status: number; readonly retryAfter: string | null; readonly html: boolean }
const ask = async (path: string, init: RequestInit = {}): Promise<Asked> => {
  const response = await fetch(api.app.address + path, { redirect: 'manual', ...init })
  await response.text()
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    html: response.headers.get('content-type')?.startsWith('text/html') ?? false,
  }
}
let asked = 0
const issue = () =>
  ask('/api/v1/invites', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: `gone-${++asked}@example.org` }),
  })
/** A reading page, a reading call, a writing call, and whether the service is ready. */
const everything = () =>
  Promise.all([
    ask(`/invites/${invite}`, { headers: { accept: 'text/html' } }),
    ask('/api/v1/invites', { headers: { authorization: `Bearer ${token}` } }),
    issue(),
    ask('/readyz'),
  ])

const untilBack = async () => {
  const began = performance.now()
  for (;;) {
    const { status } = await issue()
    if (status === 201) return performance.now() - began
    expect(status).toBe(503)
    if (performance.now() - began > BOUND_MS) throw new Error('the service does not come back')
    await sleep(50)
  }
}

const expectUnavailable = (answers: readonly Asked[], retryAfter: readonly string[]) => {
  for (const answer of answers) {
    expect(answer.status).toBe(503)
    expect(retryAfter).toContain(answer.retryAfter)
  }
}

/** The server and every process of it. */
const processesOf = ({ folder }: PostgresServer): number[] => {
  const pid = Number(readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0])
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)
      } catch {
        return false // it has ended meanwhile
      }
    })
  return [pid, ...children.map(Number)]
}

describe('F21 PostgreSQL is gone, and comes back', () => {
  test('stopped: everybody is told at once to come again, and nothing is restarted', {
    timeout: 120_000,
  }, async () => {
    for (const mode of ['fast', 'immediate'] as const) {
      server.stop(mode)
      const began = performance.now()
      const answers = await everything()
      expect(performance.now() - began).toBeLessThan(5000)
      expectUnavailable(answers, ['5'])
      expect((await ask('/livez')).status).toBe(200)
      server.start()
      console.log(`pg-gone: back ${Math.round(await untilBack())} ms after ${mode}`)
    }
  })

  test('paused: nobody waits for ever, and all goes on when it goes on', { timeout: 120_000 }, async () => {
    const paused = processesOf(server)
    for (const pid of paused) process.kill(pid, 'SIGSTOP')
    const began = performance.now()
    try {
      const answers = await Promise.all(Array.from({ length: 5 }, everything))
      console.log(`pg-gone: paused, told after ${Math.round(performance.now() - began)} ms`)
      expect(performance.now() - began).toBeLessThan(BOUND_MS)
      expectUnavailable(answers.flat(), ['1', '5'])
    } finally {
      for (const pid of paused) process.kill(pid, 'SIGCONT')
    }
    console.log(`pg-gone: back ${Math.round(await untilBack())} ms after the pause`)
  })

  test('out of connections: told to come again, until others let go', { timeout: 120_000 }, async () => {
    server.stop() // lets go of every connection of ours
    server.start()
    const others: pg.Client[] = []
    for (let full = false; !full; ) {
      const other = new pg.Client({ connectionString: `${server.url}/postgres` })
      other.on('error', () => {})
      full = await other.connect().then(
        () => others.push(other) > 100,
        ({ code }: { code: string }) => code === '53300',
      )
    }
    const answers = await everything()
    // The listener may have been quicker than the others; all the rest needs a connection.
    expectUnavailable(answers, ['1', '5'])
    for (const other of others) await other.end()
    await untilBack()
  })
})

test(`F21 the connection is cut during a commit, ${ROUNDS} times: what the caller is told is the truth`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const random = seeded(seedOf('pg-gone'))
  const database = await createTestDatabase()
  const real = new URL(database.url)
  const fates: readonly Fate[] = ['pass', 'cut before', 'cut after']
  let fate: Fate = 'pass'
  const proxy = await startProxy(Number(real.port), (sent) => {
    if (!sent.includes('notify latchkey')) return 'pass'
    const now = fate
    fate = 'pass'
    return now
  })
  const { folder, remove } = temporaryFolder()
  const url = `postgres://postgres@127.0.0.1:${proxy.port}${real.pathname}`
  const floor = await openFoundation(testSettings(folder, 3000, on(url)))
  const told = new Map<string, string>()
  const counts: Record<string, number> = {}
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      fate = fates[Math.floor(random() * fates.length)] ?? 'pass'
      const now = fate
      await Promise.all(
        Array.from({ length: 1 + Math.floor(random() * 4) }, async (_, n) => {
          const inviteId = floor.ids()
          const answer = await floor
            .execute(
              issueInvite,
              {
                inviteId,
                email: `cut-${round}-${n}@example.org`,
                role: 'member',
                locale: 'en',
                expiresAt: plus(floor.clock(), 3_600_000),
              },
              { actor: 'operator', correlation: 'C' },
            )
            .then(
              ({ outcome }) => outcome,
              (error: Error) => error.name,
            )
          told.set(inviteId, answer)
          counts[`${now}: ${answer}`] = (counts[`${now}: ${answer}`] ?? 0) + 1
        }),
      )
    }
    const there = new Set<string>()
    for await (const event of floor.store.read()) {
      if (event.type === 'InviteIssued') there.add(event.data.inviteId)
    }
    for (const [inviteId, answer] of told) {
      expect(['accepted', 'StoreUnavailable']).toContain(answer)
      expect(there.has(inviteId), answer).toBe(answer === 'accepted')
    }
    console.log(`pg-gone: ${JSON.stringify(counts)}`)
    expect(Object.keys(counts).toSorted()).toStrictEqual([
      'cut after: accepted',
      'cut before: StoreUnavailable',
      'pass: accepted',
    ])
  } finally {
    await floor.close()
    await proxy.stop()
    await database.drop()
    remove()
  }
})
