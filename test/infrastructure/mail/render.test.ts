import { describe, expect, test } from 'vitest'
import { renderMail } from '../../../src/infrastructure/mail/render.ts'
import { envelopeAddress } from '../../../src/infrastructure/mail/smtp.ts'
import { consoleTransport } from '../../../src/infrastructure/mail/transport.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'
import { builtInLook } from '../../support/look.ts'

const secrets = {
  inviteToken: (id: string) => `INVITE-TOKEN-${id}`,
  signInToken: (id: string) => `SIGN-IN-TOKEN-${id}`,
  firstPassword: () => 'FIRSTPASSWORD',
  verificationToken: (id: string) => `VERIFICATION-TOKEN-${id}`,
  verificationCode: () => '123456',
  resetToken: (id: string) => `RESET-TOKEN-${id}`,
}
const PUBLIC = 'https://id.example.org'
const LOOK = builtInLook(PUBLIC)
const [invite, password, link, changed, verification, taken, released, reset, code, seal] = recorded(
  cast.issued(),
  cast.firstPassword(),
  cast.linkIssued(),
  cast.passwordChanged(),
  cast.verificationIssued(),
  cast.verificationIssued({ purpose: 'taken' }),
  cast.addressReleased(),
  cast.resetRequested(),
  cast.codeMailed(),
  cast.sealMailed(),
)
const cases = [
  ['invite', invite, `${PUBLIC}/invites/INVITE-TOKEN-${cast.INVITE}`],
  ['first-password', password, `${PUBLIC}/`],
  ['sign-in-link', link, `${PUBLIC}/sign-in/SIGN-IN-TOKEN-${cast.LINK}`],
  ['password-changed', changed, `${PUBLIC}/`],
  ['verification', verification, `${PUBLIC}/verify/VERIFICATION-TOKEN-${cast.VERIFICATION}`],
  ['address-taken', taken, `${PUBLIC}/password/forgot`],
  ['email-changed', released, `${PUBLIC}/`],
  ['password-reset', reset, `${PUBLIC}/password/reset/RESET-TOKEN-${cast.RESET}`],
  ['seal-kept', seal, `${PUBLIC}/history/seals`],
  ['referral-code', code, `${PUBLIC}/r/0123-4567-89AB-CDEF`],
] as const

describe.each(['en', 'ru'] as const)('mails in %s', (locale) => {
  test.each(cases)(
    'S3-51 %s: its link stands alone on its line, lines are short, nothing is escaped in text',
    (template, event, url) => {
      if (!event) throw new Error('no event')
      const localised = { ...event, data: { ...event.data, locale } } as typeof event
      const mail = renderMail(localised, template, secrets, LOOK)
      const lines = mail?.text.split('\n') ?? []
      expect(lines).toContain(url)
      expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(998)
      expect(mail?.text).not.toMatch(/&[a-z#0-9]+;|\{\{|undefined/)
      expect(mail?.html).toContain(`lang="${locale}"`)
      expect(mail?.html).not.toMatch(/\{\{|undefined/)
      expect(mail?.subject).not.toMatch(/[\r\n]/)
    },
  )
})

test('S0-14 the credentials mail names login and first password', () => {
  const mail = password && renderMail(password, 'first-password', secrets, LOOK)
  expect(mail?.text).toContain('Login: ben@example.org')
  expect(mail?.text).toContain('First password: FIRSTPASSWORD')
})

test.each(['en', 'ru'] as const)('a seal stands in the text of its mail letter by letter: %s', (locale) => {
  const [event] = recorded(cast.sealMailed({ locale }))
  const mail = event && renderMail(event, 'seal-kept', secrets, LOOK)
  expect(mail?.text).toContain(`\n\n${cast.SEAL}\n`)
  expect(mail?.html).toContain('— id.example.org AAAA')
})

test('an address with marks in it is escaped in HTML, and stands as it is in text', () => {
  const email = `o'brien&co@example.org`
  const [event] = recorded(cast.firstPassword({ email }))
  const mail = event && renderMail(event, 'first-password', secrets, LOOK)
  expect(mail?.text.split('\n')).toContain(`Login: ${email}`)
  expect(mail?.html).toContain('o&#x27;brien&amp;co@example.org')
  expect(mail?.html).not.toContain(email)
})

test('a mail tried again is the same mail, letter by letter', () => {
  const render = () => invite && renderMail(invite, 'invite', secrets, LOOK)
  expect(render()).toStrictEqual(render())
})

test('moments are told in words of the reader’s language, and in UTC', () => {
  const [english, russian] = (['en', 'ru'] as const).map((locale) => {
    const [event] = recorded(cast.issued({ locale, expiresAt: '2026-03-08T19:05:00.000Z' }))
    return (event && renderMail(event, 'invite', secrets, LOOK)?.text) ?? ''
  })
  expect(english).toMatch(/until 8 March 2026 at 19:05 UTC/)
  expect(russian).toContain('до 8 марта 2026 г. в 19:05 UTC')
})

test('whoever was forgotten gets no mail', () => {
  const [forgotten] = recorded(cast.issued({ email: null }))
  expect(forgotten && renderMail(forgotten, 'invite', secrets, LOOK)).toBeNull()
})

test('an event that calls for no such mail makes none', () => {
  expect(invite && renderMail(invite, 'sign-in-link', secrets, LOOK)).toBeNull()
})

test('S0-36 the console prints each mail as one block', async () => {
  const written: string[] = []
  const mail = invite && renderMail(invite, 'invite', secrets, LOOK)
  if (!mail) throw new Error('no mail')
  await consoleTransport((text) => written.push(text)).send(mail)
  expect(written).toStrictEqual([
    `--- mail EVENT-1\nTo: ben@example.org\nSubject: You are invited\n\n${mail.text.trimEnd()}\n--- end\n`,
  ])
  expect(written.join('').split('\n')).toContain(`${PUBLIC}/invites/INVITE-TOKEN-${cast.INVITE}`)
})

test.each([
  ['Latchkey <no-reply@example.org>', 'no-reply@example.org'],
  ['no-reply@example.org', 'no-reply@example.org'],
])('the envelope sender of %s is %s', (from, address) => expect(envelopeAddress(from)).toBe(address))
