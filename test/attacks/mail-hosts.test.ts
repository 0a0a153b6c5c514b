import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ TRUST_PROXY: '1', INVITE_CREDENTIALS: 'mail' })
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

const EVIL = {
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'ftp',
  'x-forwarded-port': '1',
  'x-original-host': 'evil.example',
  'x-rewrite-url': '/evil',
  forwarded: 'host=evil.example;proto=ftp;for=203.0.113.9',
  origin: 'https://evil.example',
  referer: 'https://evil.example/',
}

/** Asks as somebody who says of every header that may name a host that it is theirs. */
const send = (
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(
      `${app.address}/api/v1${path}`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...EVIL, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    sent.on('error', reject).end(JSON.stringify(body))
  })

test('T32: whatever a request says of its host, mails lead to PUBLIC_URL and nowhere else', async () => {
  const signedIn = await send('/sessions', ADMIN)
  const authorization = `Bearer ${String((JSON.parse(signedIn.text) as { accessToken: unknown }).accessToken)}`
  const asked = [
    await send('/invites', { email: 'invited@example.org' }, { authorization }),
    await send('/users', { email: 'registered@example.org', password: 'a quiet place to sit' }),
    await send('/users', { email: ADMIN.email }),
    await send('/password-resets', { email: ADMIN.email }),
    await send('/me/referral-code', { expiresAt: '2026-04-01T00:00:00.000Z' }, { authorization }),
    await send('/me/referral-code/mails', {}, { authorization }),
  ]
  expect(asked.every(({ status }) => status < 500)).toBe(true)
  expect(asked.filter(({ status }) => status < 300).length).toBeGreaterThanOrEqual(4)
  for (const { text } of asked) expect(text).not.toContain('evil')
  await app.mailsTo(ADMIN.email)
  expect(app.mails.length).toBeGreaterThanOrEqual(5)
  for (const { subject, text, html } of app.mails) {
    expect(subject + text + html).not.toContain('evil')
    const links = [...text.matchAll(/\b[a-z]+:\/\/\S+/g), ...html.matchAll(/(?<=href=")[a-z]+:[^"]+/g)].map(
      ([link]) => link,
    )
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) expect(new URL(link).origin).toBe(new URL(app.floor.settings.publicUrl).origin)
  }
})

test('T32: under another name nobody is answered, let alone mailed', async () => {
  const before = app.mails.length
  const { status } = await send('/password-resets', { email: ADMIN.email }, { host: 'evil.example' })
  await app.mailsTo(ADMIN.email)
  expect([status, app.mails.length]).toStrictEqual([421, before])
})
