import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config.ts'
import { mailboxAnswer } from '../../src/http/api/mailbox.ts'
import { type Mailbox, openMailbox } from '../../src/mailbox/index.ts'
import { mailTransport } from '../../src/runners.ts'
import { openTestApp, testClock } from '../support/house.ts'
import { Visitor } from '../support/visitor.ts'

const KEEP = 3
const log = pino({ level: 'silent' })
const clock = testClock()
const options = { host: '127.0.0.1', smtpPort: 0, port: 0, keep: KEEP, log, clock }

let mailbox: Mailbox
let visitor: Visitor
beforeEach(async () => {
  mailbox = await openMailbox(options)
  visitor = new Visitor(mailbox.address)
})
afterEach(() => mailbox.close())

type Wish = { to: string | string[]; subject?: string; text?: string; html?: string }
const send = async ({ to, subject = 'Hello', text = 'How are you?', html }: Wish) => {
  const transporter = createTransport({ url: mailbox.smtpUrl })
  try {
    await transporter.sendMail({ from: 'a@example.org', to, subject, text, ...(html ? { html } : {}) })
  } finally {
    transporter.close()
  }
}
const kept = async (email: string) => {
  const answer = await visitor.get(`/api/v1/mailbox?email=${encodeURIComponent(email)}`)
  expect(answer.status).toBe(200)
  return mailboxAnswer.parse(JSON.parse(answer.html)).items
}
const subjects = async (email: string) => (await kept(email)).map(({ subject }) => subject)

describe('S2-27, S2-29: a mail that the service sends', () => {
  test('arrives by real SMTP, and is read on the page and as JSON', async () => {
    const settings = readSettings({
      PROFILE: 'test',
      MAIL_URL: mailbox.smtpUrl,
      MAIL_FROM: 'The Door <door@example.org>',
    })
    const app = await openTestApp({}, { transport: mailTransport(settings) })
    try {
      const asked = await fetch(`${app.address}/api/v1/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ada@example.org', password: 'a password of their own' }),
      })
      expect(asked.status).toBe(201)
      await app.settled()
      expect(await app.outbox.sendDue()).toBe(1)

      const [mail, ...others] = await kept('ada@example.org')
      expect(others).toStrictEqual([])
      expect(mail).toMatchObject({ to: 'ada@example.org', subject: 'Confirm your address', status: 'sent' })
      const code = /^Code: (\d{6})$/m.exec(mail?.text ?? '')?.[1]
      const link = /^http\S+\/verify\/\S+$/m.exec(mail?.text ?? '')?.[0]
      expect([code, link]).not.toContain(undefined)
      const page = await visitor.get('/mailbox/ada@example.org')
      expect(page.html).toContain(`<a href="${link}">`)
      expect(page.html).toContain(`Code: ${code}`)
    } finally {
      await app.dispose()
    }
  })
})

describe('W-21: the mailbox', () => {
  test('keeps the newest mails of each address, newest first', async () => {
    for (const subject of ['first', 'second', 'third', 'fourth'])
      await send({ to: 'ada@example.org', subject })
    await send({ to: 'bob@example.org', subject: 'for Bob' })
    expect(await subjects('ADA@example.org')).toStrictEqual(['fourth', 'third', 'second'])
    expect(await subjects('bob@example.org')).toStrictEqual(['for Bob'])
    const { html } = await visitor.get('/mailbox')
    expect([...html.matchAll(/<span>([^<]+)<\/span>/g)].map(([, subject]) => subject)).toStrictEqual([
      'for Bob',
      'fourth',
      'third',
      'second',
    ])
  })

  test('gives a mail to each of its receivers', async () => {
    await send({ to: ['ada@example.org', 'bob@example.org'] })
    for (const email of ['ada@example.org', 'bob@example.org'])
      expect(await subjects(email)).toStrictEqual(['Hello'])
  })

  test('shows what strangers wrote as text, and their HTML in a cage', async () => {
    const html = '<p onclick="x()">Hi</p><script>alert(1)</script>'
    await send({ to: 'ada@example.org', subject: '<b>bold</b>', text: '<script>alert(1)</script>', html })
    const page = await visitor.get('/mailbox/ada@example.org')
    expect(page.html).toContain('&lt;b&gt;bold&lt;/b&gt;')
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.html).not.toMatch(/<script(?! src="\/assets\/page\.)|<b>/)
    const href = /href="(\/mailbox\/[^"]+\/[0-9A-Z]{26})"/.exec(page.html)?.[1] ?? ''
    const caged = await visitor.get(href)
    expect([caged.status, caged.html.trim()]).toStrictEqual([200, html])
    const policy = caged.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/sandbox(?!.*allow-(?:scripts|forms|same-origin))/)
    expect((await visitor.get(href.replace('ada', 'bob'))).status).toBe(404)
  })

  test('leads to itself, speaks both languages, and offers no way in', async () => {
    expect((await visitor.get('/')).location).toBe('/mailbox')
    const { html } = await visitor.get('/mailbox?lang=ru')
    expect(html).toContain('Почтовый ящик')
    expect(html).not.toMatch(/href="\/(?:#login|admin|profile|register)|action="\/logout"/)
    expect((await visitor.follow(await visitor.get('/mailbox?email=ada@example.org'))).status).toBe(200)
  })

  test('refuses what is no address, and any path that is not its own', async () => {
    for (const [path, status] of [
      ['/api/v1/mailbox', 422],
      ['/api/v1/mailbox?email=nobody', 422],
      ['/api/v1/me', 404],
      ['/mailbox/no-address', 404],
      ['/admin', 404],
    ] as const) {
      expect([path, (await visitor.get(path)).status]).toStrictEqual([path, status])
    }
  })

  test('answers to no foreign name, so that no stranger’s page can be rebound to it', async () => {
    const { port } = new URL(mailbox.address)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.end('GET /mailbox HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      )
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  })
})

describe('the sink', () => {
  test('takes no mail of more than five megabytes, and lives on', async () => {
    const huge = { to: 'ada@example.org', text: `${'x'.repeat(76)}\n`.repeat(75_000) }
    await expect(send(huge)).rejects.toMatchObject({ responseCode: 552 })
    expect(await subjects('ada@example.org')).toStrictEqual([])
    await send({ to: 'ada@example.org' })
    expect(await subjects('ada@example.org')).toStrictEqual(['Hello'])
  })

  test.each([
    ['smtp-port', () => ({ smtpPort: Number(new URL(mailbox.smtpUrl).port) })],
    ['port', () => ({ port: Number(new URL(mailbox.address).port) })],
  ])('says which port is taken: --%s', async (option, taken) => {
    const [name, port] = Object.entries(taken())[0] ?? []
    await expect(openMailbox({ ...options, [name ?? '']: port })).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use. End the other program, or give --${option}.`,
    )
  })
})
