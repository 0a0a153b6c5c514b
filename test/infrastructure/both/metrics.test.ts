import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueInviteTo } from '../../../src/http/acts/issue.ts'
import { DAY, openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp({ METRICS: 'on' })
})
afterAll(() => app.dispose())

test('commits are measured, and what waits is told, on every engine', async () => {
  const figures = async () => {
    const text = await (await fetch(`${app.address}/metrics`)).text()
    return (name: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1],
      )
  }
  const before = await figures()
  const wish = { role: 'member', locale: 'en', ttlMs: DAY } as const
  await Promise.all(
    ['ada', 'ben', 'cleo'].map((name) =>
      issueInviteTo(app.house, { ...wish, email: `${name}@example.org` }, 'operator', app.house.newId()),
    ),
  )
  const after = await figures()
  const more = (name: string) => after(name) - before(name)
  expect(more('latchkey_commit_group_size_sum')).toBeGreaterThanOrEqual(3)
  expect(more('latchkey_commit_duration_seconds_count')).toBe(more('latchkey_commit_group_size_count'))
  expect(more('latchkey_history_head')).toBe(3)
  expect(more('latchkey_mails{state="queued"}')).toBe(3)
  expect(after('latchkey_store_up')).toBe(1)
})
