import { afterEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../../src/config.ts'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { revokeInvite } from '../../../src/domain/invites/revoke-invite.ts'
import { HOUR, openTestApp, rawSqlite, type TestApp } from '../../support/house.ts'

const TOKEN = 'a-token-for-prometheus'
let app: TestApp
afterEach(() => app.dispose())

const read = async (headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.address}/metrics`, { headers })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}
const figure = (text: string, line: string): number | undefined => {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? undefined : Number(found.slice(line.length + 1))
}
const by = () => ({ actor: 'operator', correlation: app.floor.ids() }) as const

describe('who may read the meters', () => {
  test('nobody, unless they are set', async () => {
    app = await openTestApp()
    expect((await read({ authorization: `Bearer ${TOKEN}` })).status).toBe(404)
  })

  test('with `on`, programs on this machine; nobody who comes through a proxy on it', async () => {
    app = await openTestApp({ METRICS: 'on' })
    expect((await read()).status).toBe(200)
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect((await read({ [name]: '203.0.113.7' })).status, name).toBe(403)
  })

  test('with a token, whoever shows it', async () => {
    app = await openTestApp({ METRICS: TOKEN })
    expect((await read()).status).toBe(401)
    expect((await read({ authorization: 'Bearer another-token-altogether' })).status).toBe(401)
    const { status, type } = await read({ authorization: `Bearer ${TOKEN}` })
    expect([status, type]).toStrictEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  })

  test('a token is long, or the service does not start; what was given is not repeated', () => {
    app = { dispose: async () => {} } as TestApp
    expect(() => readSettings({ METRICS: 'too-short' })).toThrow(
      /METRICS: must be off, on \(for this machine only\), or a token of 16 to 200 plain characters/,
    )
    expect(() => readSettings({ METRICS: 'too-short' })).not.toThrow(/too-short/)
  })

  test('they can be read and nothing else', async () => {
    app = await openTestApp({ METRICS: 'on' })
    const response = await fetch(`${app.address}/metrics`, { method: 'POST' })
    expect([response.status, response.headers.get('allow')]).toStrictEqual([405, 'GET, HEAD'])
  })
})

describe('what the meters say', () => {
  test('commands by type and outcome, with their time and the size of what was committed together', async () => {
    app = await openTestApp({ METRICS: 'on' })
    const { execute } = app.house
    const inviteId = app.floor.ids()
    const wish = {
      inviteId,
      email: 'ada@example.org',
      role: 'member' as const,
      locale: 'en' as const,
      expiresAt: new Date(Date.parse(app.clock()) + HOUR).toISOString(),
    }
    await execute(issueInvite, wish, by())
    await execute(revokeInvite, { inviteId, reason: null }, by())
    await execute(revokeInvite, { inviteId: app.floor.ids(), reason: null }, by())
    const { text } = await read()
    const commands = (command: string, outcome: string) =>
      figure(text, `latchkey_commands_total{command="${command}",outcome="${outcome}"}`)
    expect(commands('IssueInvite', 'accepted')).toBe(1)
    expect(commands('RevokeInvite', 'accepted')).toBe(1)
    expect(commands('RevokeInvite', 'invite_not_found')).toBe(1)
    expect(figure(text, 'latchkey_command_duration_seconds_count{command="RevokeInvite"}')).toBe(2)
    expect(figure(text, 'latchkey_commit_group_size_count')).toBe(3)
    expect(figure(text, 'latchkey_history_head')).toBe(2)
    expect(figure(text, 'latchkey_history_unsealed_events')).toBe(2)
  })

  test('F09 how many mails wait, for how long the oldest has, and what the mail server said', async () => {
    app = await openTestApp({ METRICS: 'on' })
    const issue = (email: string) =>
      app.house.execute(
        issueInvite,
        {
          inviteId: app.floor.ids(),
          email,
          role: 'member',
          locale: 'en',
          expiresAt: new Date(Date.parse(app.clock()) + HOUR).toISOString(),
        },
        by(),
      )
    await issue('ada@example.org')
    app.clock.advance(90_000)
    await issue('ben@example.org')
    const before = (await read()).text
    expect(figure(before, 'latchkey_mails{state="queued"}')).toBe(2)
    expect(figure(before, 'latchkey_mail_oldest_queued_seconds')).toBe(90)
    await app.mailsTo('ada@example.org')
    const after = (await read()).text
    expect(figure(after, 'latchkey_mails{state="queued"}')).toBe(0)
    expect(figure(after, 'latchkey_mail_oldest_queued_seconds')).toBe(0)
    expect(figure(after, 'latchkey_mail_tries_total{outcome="sent"}')).toBe(2)
  })

  test('requests by the pattern of their route: no id, no token and no address can become a label', async () => {
    app = await openTestApp({ METRICS: 'on' })
    for (const path of [
      '/livez',
      '/invites/a-secret-token',
      '/nothing/secret',
      '/api/v1/users?email=secret@example.org',
    ])
      await (await fetch(app.address + path)).text()
    const { text } = await read()
    expect(
      figure(text, 'http_request_duration_seconds_count{method="GET",route="/livez",status="200"}'),
    ).toBe(1)
    expect(text).not.toContain('secret')
  })

  test('the process, its event loop and whether the read tables are of this version', async () => {
    app = await openTestApp({ METRICS: 'on' })
    const { text } = await read()
    expect(figure(text, 'latchkey_store_up')).toBe(1)
    expect(figure(text, 'latchkey_projections_outdated')).toBe(0)
    expect(figure(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    expect(figure(text, 'process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  test('a store that cannot be read is told, not hidden behind an error', async () => {
    app = await openTestApp({ METRICS: 'on' })
    rawSqlite(app.floor).reader.close()
    const { status, text } = await read()
    expect([status, figure(text, 'latchkey_store_up')]).toStrictEqual([200, 0])
  })
})
