import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Mail } from '../../../src/infrastructure/mail/render.ts'
import { smtpTransport } from '../../../src/infrastructure/mail/smtp.ts'
import { MailRefused, type MailTransport } from '../../../src/infrastructure/mail/transport.ts'
import { startSmtp } from '../../support/smtp.ts'

const PUBLIC = 'https://id.example.org'
const mail: Mail = {
  id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB',
  to: 'ada@example.org',
  subject: 'You are invited',
  text: 'Hello!\n\n.a line that begins with a dot\nFrom the service\n',
  html: '<p>Hello!</p>',
}

let smtp: Awaited<ReturnType<typeof startSmtp>>
let open: MailTransport[] = []
beforeEach(async () => {
  smtp = await startSmtp()
})
afterEach(async () => {
  await Promise.all(open.map((transport) => transport.close()))
  open = []
  await smtp.stop()
})

const transport = (from = 'Latchkey <no-reply@example.org>', url = smtp.url, limits = {}) => {
  const made = smtpTransport(url, from, PUBLIC, limits)
  open.push(made)
  return made
}
const failureOf = (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => 'sent',
    (error: unknown) => error,
  )

describe('who a mail goes to and comes from', () => {
  test('T27 a comma in the sender’s name makes no second sender', async () => {
    await transport('Latchkey, Inc; <the best> <no-reply@example.org>').send(mail)
    expect(smtp.received[0]?.mail.from).toStrictEqual({
      name: 'Latchkey, Inc; <the best>',
      address: 'no-reply@example.org',
    })
    expect(smtp.received[0]?.from).toBe('no-reply@example.org')
  })

  test('a sender may be a bare address', async () => {
    await transport('no-reply@example.org').send(mail)
    expect([smtp.received[0]?.from, smtp.received[0]?.mail.from?.address]).toStrictEqual([
      'no-reply@example.org',
      'no-reply@example.org',
    ])
  })

  test.each([
    'good@example.org, evil@example.net',
    'good@example.org>,<evil@example.net',
    'good@example.org\r\nRCPT TO:<evil@example.net>',
    'good@example.org\r\nBcc: evil@example.net',
    '"good@example.org, evil"@example.net',
    'Good <good@example.org>',
  ])('T27 the address %j never reaches two people, nor anybody whom it hides', async (to) => {
    await failureOf(transport().send({ ...mail, to }))
    const receivers = smtp.received.flatMap((received) => received.to)
    expect(receivers.length).toBeLessThanOrEqual(1)
    expect(receivers).not.toContain('evil@example.net')
    for (const { mail: parsed } of smtp.received)
      expect([parsed.bcc, parsed.cc]).toStrictEqual([undefined, undefined])
  })

  test('T27 line breaks in a subject add no header', async () => {
    await transport().send({ ...mail, subject: 'Hello\r\nBcc: evil@example.net\r\nX-Evil: yes' })
    const { headers } = smtp.received[0]?.mail ?? {}
    expect(headers?.map(({ key }) => key).filter((key) => key === 'bcc' || key === 'x-evil')).toStrictEqual(
      [],
    )
    expect(smtp.received[0]?.to).toStrictEqual(['ada@example.org'])
  })

  test('S3-51 text arrives as it was written: dots, long links and Cyrillic', async () => {
    const link = `${PUBLIC}/invites/${'A1b2C3d4'.repeat(12)}`
    const subject = 'Вас пригласили — срочно! '.repeat(6).trim()
    const text = `Здравствуйте! ${'слово '.repeat(40)}\n\n${link}\n\n.dot\nFrom here\n-- \nend\n`
    await transport().send({ ...mail, subject, text })
    const { mail: received, raw } = smtp.received[0] ?? {}
    expect(received?.text?.replaceAll('\r\n', '\n')).toBe(text)
    expect(received?.subject).toBe(subject)
    expect(Math.max(...(raw ?? '').split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
  })

  test('mails say that a machine wrote them, so that no holiday notice answers', async () => {
    await transport().send(mail)
    const headers = new Map(smtp.received[0]?.mail.headers.map(({ key, value }) => [key, value]))
    expect(headers.get('auto-submitted')).toBe('auto-generated')
  })
})

describe('what a server’s no means', () => {
  test.each(['refuse for good', 'refuse the receiver'] as const)('%s: the mail is refused', async (mood) => {
    smtp.be(mood)
    const error = await failureOf(transport().send(mail))
    expect(error).toBeInstanceOf(MailRefused)
    expect(error).toMatchObject({ reason: 'smtp_550' })
  })

  test.each(['refuse for now', 'turn everybody away', 'drop the connection', 'drop after the mail'] as const)(
    '%s: it is worth another try',
    async (mood) => {
      smtp.be(mood)
      const error = await failureOf(transport().send(mail))
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(MailRefused)
      smtp.be('accept')
      await transport().send(mail)
      expect(smtp.received).toHaveLength(1)
    },
  )

  test('a wrong password for the server says nothing about the mail: it is worth another try', async () => {
    const guarded = await startSmtp(0, { password: 'right' })
    const url = (password: string) => `smtp://latchkey:${password}@127.0.0.1:${guarded.port}`
    const error = await failureOf(transport('no-reply@example.org', url('wrong')).send(mail))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(MailRefused)
    await transport('no-reply@example.org', url('right')).send(mail)
    expect(guarded.received.map(({ to }) => to)).toStrictEqual([['ada@example.org']])
    await guarded.stop()
  })

  test('a server that offers encryption, but for which nobody vouches, gets no mail, not even in clear', async () => {
    const impostor = await startSmtp(0, { tls: true })
    const error = await failureOf(transport('no-reply@example.org', impostor.url).send(mail))
    expect(error).toMatchObject({ code: 'ESOCKET' })
    expect(error).not.toBeInstanceOf(MailRefused)
    expect(impostor.tries()).toBe(0)
    await impostor.stop()
  })

  test.each(['drop the connection', 'drop after the mail'] as const)(
    '%s: a mail is handed over once a try; when to try again is the outbox’s to say',
    async (mood) => {
      smtp.be(mood)
      await failureOf(transport().send(mail))
      expect(smtp.tries()).toBe(1)
    },
  )

  test('a whole conversation has an end, however many mails wait for a connection', async () => {
    smtp.be('stall')
    const stalled = transport('no-reply@example.org', smtp.url, { deadline: 400 })
    const began = performance.now()
    const errors = await Promise.all(Array.from({ length: 12 }, () => failureOf(stalled.send(mail))))
    expect(errors.every((error) => error instanceof Error && !(error instanceof MailRefused))).toBe(true)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
