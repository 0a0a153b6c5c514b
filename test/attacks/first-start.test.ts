import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantTo } from '../../src/cli/grants.ts'
import { openTestApp, type TestApp } from '../support/house.ts'

let app: TestApp
beforeAll(async () => {
  app = await openTestApp()
  await grantTo(app.floor, app.floor.settings.adminEmail, 'admin', app.floor.settings.adminPassword)
})
afterAll(() => app.dispose())

const NAMES = ['admin@localhost', 'admin', 'root', 'root@localhost', 'admin@example.org', 'test@example.org']
const PASSWORDS = [
  '',
  'admin',
  'password',
  'root',
  '12345678',
  'changeme',
  'latchkey',
  'correct-horse-battery',
]

test('T21: as it comes the service has one admin and no password that anybody could know', async () => {
  const statuses = new Set<number>()
  for (const email of NAMES)
    for (const password of PASSWORDS) {
      const answer = await fetch(`${app.address}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      statuses.add(answer.status)
    }
  expect([...statuses].toSorted()).toStrictEqual([401, 422])
  expect(await app.floor.reads.users.countByRole('admin')).toBe(1)
  const [only, ...others] = await app.floor.reads.users.list({}, { limit: 10 })
  expect([only?.email, only?.credentialKind, others]).toStrictEqual(['admin@localhost', 'none', []])
})
