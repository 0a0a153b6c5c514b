import { afterEach, expect, test, vi } from 'vitest'
import { readSettings } from '../../../src/config.ts'
import { mailTransport } from '../../../src/runners.ts'
import { startSmtp } from '../../support/smtp.ts'

const mail = {
  id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB',
  to: 'ada@example.org',
  subject: 'You are invited',
  text: 'Hello!\n\nhttps://id.example.org/invites/TOKEN\n',
  html: '<p>Hello!</p>',
}

/** What a transport that these settings choose writes to standard output when a mail is sent. */
const printedBy = async (environment: Record<string, string>): Promise<string> => {
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text))
    return true
  })
  const transport = mailTransport(readSettings(environment))
  await transport.send(mail)
  await transport.close()
  vi.restoreAllMocks()
  return printed.join('')
}
afterEach(() => {
  vi.restoreAllMocks()
})

test('S0-36 without any setting mails are printed to standard output, whole and each as one block', async () => {
  expect(await printedBy({})).toBe(
    '--- mail 01JNZ8K3V5Q2W9X7T4R6Y1M0AB\nTo: ada@example.org\nSubject: You are invited\n\n' +
      'Hello!\n\nhttps://id.example.org/invites/TOKEN\n--- end\n',
  )
})

test('S0-38 the test profile prints nothing', async () => {
  expect(await printedBy({ PROFILE: 'test' })).toBe('')
})

test('S0-37, S2-30 by settings alone mails leave over SMTP instead, with host, port and sender from there', async () => {
  const smtp = await startSmtp()
  const settings = {
    MAIL_URL: smtp.url,
    MAIL_FROM: 'The house <house@example.net>',
    PUBLIC_URL: 'https://id.example.org',
  }
  expect(await printedBy(settings)).toBe('')
  expect(
    smtp.received.map(({ from, to, mail: received }) => [from, to, received.from, received.subject]),
  ).toStrictEqual([
    [
      'house@example.net',
      ['ada@example.org'],
      { name: 'The house', address: 'house@example.net' },
      'You are invited',
    ],
  ])
  await smtp.stop()
})
