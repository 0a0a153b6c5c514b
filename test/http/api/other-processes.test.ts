import { afterAll, beforeAll, expect, test } from 'vitest'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { type Foundation, openFoundation } from '../../../src/foundation.ts'
import { principalReads } from '../../../src/projections/principal.ts'
import type { Reader } from '../../../src/projections/projection.ts'
import { Api } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
/** The command line on the same machine: another connection to the same file. */
let operator: Foundation

beforeAll(async () => {
  api = await Api.open()
  operator = await openFoundation(api.app.floor.settings, { clock: api.app.clock })
})
afterAll(async () => {
  await operator.close()
  await api.app.dispose()
})

test('who is suspended by another process is nobody with the very next request', async () => {
  const admin = await api.signIn()
  for (let round = 0; round < 5; round++) {
    const { userId, accessToken: token } = await api.member(admin.accessToken, `guest-${round}@example.org`)
    for (let look = 0; look < 3; look++) expect((await api.call('GET', '/me', { token })).status).toBe(200)
    await operator.execute(
      suspendUser,
      { userId, reason: null },
      { actor: 'operator', correlation: operator.ids() },
    )
    expect(await api.refusal('GET', '/me', { token })).toStrictEqual([401, 'token_invalid'])
    expect((await api.call('GET', '/me', { token: admin.accessToken })).status).toBe(200)
  }
})

/** A read side whose every answer waits to be let go, so that commits can come in between. */
const slowReader = () => {
  const waiting: ((roles: string) => void)[] = []
  let version = 1
  const reader: Reader = {
    all: async () => [],
    get: <R>() =>
      new Promise<R>((resolve) => {
        waiting.push((roles) => resolve({ restricted: 0, roles, expiresAt: '2027' } as R))
      }),
    version: () => version,
  }
  const { bySession } = principalReads(reader)
  return {
    waiting,
    commit: () => {
      version++
    },
    look: async () => (await bySession('S', '2026'))?.roles,
  }
}

test('an answer is remembered until something is committed, and no longer', async () => {
  const { look, waiting, commit } = slowReader()
  const first = look()
  waiting[0]?.('admin')
  expect([await first, await look(), waiting.length]).toStrictEqual([['admin'], ['admin'], 1])
  commit()
  const second = look()
  waiting[1]?.('auditor')
  expect([await second, await look(), waiting.length]).toStrictEqual([['auditor'], ['auditor'], 2])
})

test('an answer that was asked for before a commit and comes after it is not remembered', async () => {
  const { look, waiting, commit } = slowReader()
  const early = look()
  commit()
  const late = look()
  waiting[1]?.('auditor')
  await late
  waiting[0]?.('admin')
  await early
  expect([await look(), waiting.length]).toStrictEqual([['auditor'], 2])
})

test('an engine that cannot count its commits is asked each time', async () => {
  let queries = 0
  const { bySession } = principalReads({
    all: async () => [],
    get: async () => {
      queries++
      return undefined
    },
  })
  await bySession('A', '')
  await bySession('A', '')
  expect(queries).toBe(2)
})
