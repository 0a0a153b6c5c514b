import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readSettings, settingsSchema } from '../src/config.ts'
import { SetupProblem } from '../src/infrastructure/errors.ts'

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
const lines = example.split('\n').filter((line) => /^[A-Z_]+=/.test(line))
const values = Object.fromEntries(
  lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
)

describe('settings', () => {
  test('W-3 .env.example names every setting, and no other', () =>
    expect(Object.keys(values).toSorted()).toStrictEqual(Object.keys(settingsSchema.shape).toSorted()))
  test('S4-22 .env.example as it is gives the defaults', () =>
    expect(readSettings(values)).toStrictEqual(readSettings({})))
  test('the README describes every setting', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    for (const name of Object.keys(settingsSchema.shape)) expect(readme).toContain(`\`${name}\``)
  })
  test('S2-28 the mailbox is there while mail is printed, and not in production unless it is asked for', () => {
    const production = { PROFILE: 'production', SECRET: 'x'.repeat(64), PUBLIC_URL: 'https://id.example.org' }
    expect(readSettings({}).devMailbox).toBe(true)
    expect(readSettings({ MAIL_URL: 'smtp://127.0.0.1:25' }).devMailbox).toBe(false)
    expect(readSettings(production).devMailbox).toBe(false)
    expect(readSettings({ ...production, DEV_MAILBOX: 'on' }).devMailbox).toBe(true)
  })
  test('C-2 who may register by themselves: everybody, who has a referral code, or nobody', () => {
    expect(readSettings({}).registration).toBe('open')
    for (const registration of ['open', 'referral', 'invite']) {
      expect(readSettings({ REGISTRATION: registration }).registration).toBe(registration)
    }
    expect(() => readSettings({ REGISTRATION: 'closed' })).toThrow(/REGISTRATION/)
  })
  test('every problem is listed at once, and no secret is repeated', () => {
    const wrong = {
      PORT: '70000',
      PUBLIC_URL: 'ftp://x',
      INVITE_TTL: 'soon',
      MAIL_URL: 'pigeon:',
      ADMIN_EMAIL: 'nobody',
      ADMIN_PASSWORD: 'geheim!',
      DATABASE_URL: 'mysql://x',
      SECRET: 'geheim, but short',
    }
    let message = ''
    try {
      readSettings(wrong)
    } catch (error) {
      message = (error as Error).message
    }
    for (const name of Object.keys(wrong)) expect(message).toContain(`${name}:`)
    expect(message).not.toContain('geheim')
  })
  test.each([
    ['PUBLIC_URL', 'nonsense', 'must be a web address such as https://id.example.org'],
    ['PUBLIC_URL', 'ftp://id.example.org', 'must be a web address such as https://id.example.org'],
    ['PUBLIC_URL', 'https://[', 'must be a web address such as https://id.example.org'],
    ['PUBLIC_URL', 'https://id.example.org/latchkey', 'must have no path, query or user in it'],
    ['PUBLIC_URL', 'https://id.example.org?x=1', 'must have no path, query or user in it'],
    ['PUBLIC_URL', 'https://ada:secret@id.example.org', 'must have no path, query or user in it'],
    [
      'DATABASE_URL',
      'sqlite:',
      'must be sqlite:FILE or postgres://USER@HOST/DATABASE (several hosts: HOST,HOST)',
    ],
    ['INVITE_TTL', '7', 'must be a number and a unit, such as 90s, 10m, 12h or 7d'],
    ['INVITE_TTL', '0d', 'must be a number and a unit, such as 90s, 10m, 12h or 7d'],
    ['INVITE_TTL', '366d', 'must be 365d at most'],
    ['LINK_TTL', '999999d', 'must be 365d at most'],
    ['MAIL_URL', 'smtp://', 'must be console:, smtp://host:port or smtps://host:port'],
    ['MAIL_URL', 'smtp://[half', 'must be console:, smtp://host:port or smtps://host:port'],
    ['MAIL_URL', 'smtp://mail.example.org:99999', 'must be console:, smtp://host:port or smtps://host:port'],
    ['MAIL_FROM', 'Latchkey a@example.org', 'must be an address such as Latchkey <no-reply@example.org>'],
    ['MAIL_FROM', '<a@example.org', 'must be an address such as Latchkey <no-reply@example.org>'],
    [
      'MAIL_FROM',
      'a@example.org, b@example.org',
      'must be an address such as Latchkey <no-reply@example.org>',
    ],
    [
      'MAIL_FROM',
      'L\r\nBcc: x <a@example.org>',
      'must be an address such as Latchkey <no-reply@example.org>',
    ],
    ['ADMIN_EMAIL', 'nobody', 'must be an e-mail address such as admin@example.org'],
    ['SECRET', 'too short', 'must be at least 32 bytes long'],
    ['SECRET', `${'x'.repeat(32)}\ntoo short`, 'must be at least 32 bytes long'],
    ['TRUST_PROXY', 'perhaps', 'must be off, on, or the number of proxies in front, 1 to 10'],
  ])('%s=%j stops the start: %s', (name, value, problem) => {
    expect(() => readSettings({ [name]: value })).toThrow(
      new SetupProblem(`These settings are wrong:\n  ${name}: ${problem}`),
    )
  })
  const FIND = 'https://api.example.org/v2/find'
  test.each([
    ['nonsense', 'must be a web address such as https://api.example.org/v2/find'],
    ['ftp://api.example.org/', 'must be a web address such as https://api.example.org/v2/find'],
    [`${FIND}?api_key=geheim`, 'must have no user, query or fragment in it'],
    ['https://user:geheim@api.example.org/', 'must have no user, query or fragment in it'],
    ['http://api.example.org/', 'must be https, unless it is localhost or an IP address of your own network'],
    ['http://8.8.8.8/', 'must be https, unless it is localhost or an IP address of your own network'],
    ['http://2130706433/', 'must have its host written plainly'],
    ['http://0177.0.0.1/', 'must have its host written plainly'],
    ['http://0x7f.1/', 'must have its host written plainly'],
    ['http://169.254.169.254/latest', 'must not be a link-local or reserved address'],
    ['https://0.0.0.0/', 'must not be a link-local or reserved address'],
    ['http://[fe80::1]/', 'must not be a link-local or reserved address'],
  ])('T42 an outside service at %s stops the start: %s', (url, problem) => {
    for (const name of ['EMAIL_VERIFIER_URL', 'ENRICHMENT_URL']) {
      expect(() => readSettings({ [name]: url })).toThrow(
        new SetupProblem(`These settings are wrong:\n  ${name}: ${problem}`),
      )
    }
  })
  test('S1-35, S1-36 outside services are off unless they are set, with a key or without', () => {
    expect(readSettings({ EMAIL_VERIFIER_KEY: 'k' })).toMatchObject({ emailVerifier: null, enrichment: null })
    expect(readSettings({ EMAIL_VERIFIER_URL: FIND, EMAIL_VERIFIER_KEY: 'k' }).emailVerifier).toStrictEqual({
      url: FIND,
      key: 'k',
    })
    for (const url of [
      FIND,
      'http://localhost:9000/',
      'http://127.0.0.1:9000/',
      'http://[::1]/',
      'http://10.0.0.7/',
    ]) {
      expect(readSettings({ ENRICHMENT_URL: url }).enrichment).toStrictEqual({ url, key: null })
    }
  })
  test('a key that would break out of its header stops the start, and is not repeated', () => {
    for (const key of ['ge\r\nheim: x', 'ge heim', 'ключ', 'geheim'.repeat(100)]) {
      expect(() => readSettings({ ENRICHMENT_URL: FIND, ENRICHMENT_KEY: key })).toThrow(
        new SetupProblem(
          'These settings are wrong:\n  ENRICHMENT_KEY: must be one line of up to 500 plain characters',
        ),
      )
    }
  })
  test('a setting of spaces alone is no setting', () =>
    expect(readSettings({ PORT: ' ', SECRET: '', MAIL_FROM: '\t' })).toStrictEqual(readSettings({})))
  test('MAIL_FROM is a bare address, or a name with one', () => {
    for (const from of [
      'no-reply@example.org',
      'Latchkey, Inc <no-reply@example.org>',
      'Ключ <a@localhost>',
    ]) {
      expect(readSettings({ MAIL_FROM: from }).mailFrom).toBe(from)
    }
  })
  test('S2-48 a password costs 12 to hash, or what is said; production takes no less', () => {
    const production = { PROFILE: 'production', SECRET: 'x'.repeat(64), PUBLIC_URL: 'https://id.example.org' }
    const costs = [production, { ...production, HASH_COST: '13' }, { HASH_COST: '4' }]
    expect(costs.map((given) => readSettings(given).hashCost)).toStrictEqual([12, 13, 4])
    expect(() => readSettings({ ...production, HASH_COST: '11' })).toThrow(/HASH_COST: .*12/)
  })

  test('S0-43, S3-43 production says its secret and address itself', () => {
    expect(() => readSettings({ PROFILE: 'production' })).toThrow(/SECRET.*\n.*PUBLIC_URL/)
    const settings = readSettings({
      PROFILE: 'production',
      SECRET: 'x'.repeat(32),
      PUBLIC_URL: 'https://id.example.org',
    })
    expect(settings).toMatchObject({
      createSecret: false,
      logFile: 'data/logs/errors.log',
      devMailbox: false,
    })
  })
  test('S0-38, S0-43 the test profile writes no mail', () =>
    expect(readSettings({ PROFILE: 'test' }).mailUrl).toBe('capture:'))
  test('S0-44 each profile has a database file of its own', () => {
    const production = { PROFILE: 'production', SECRET: 'x'.repeat(32), PUBLIC_URL: 'https://id.example.org' }
    const files = [{}, { PROFILE: 'test' }, production].map((given) => readSettings(given).databaseFile)
    expect(new Set(files).size).toBe(3)
  })
  test('S0-42 host and port can be set, and the address follows them', () =>
    expect(readSettings({ HOST: '0.0.0.0', PORT: '5005' })).toMatchObject({
      host: '0.0.0.0',
      port: 5005,
      publicUrl: 'http://0.0.0.0:5005',
    }))
  test('S0-37 the transport is a setting', () =>
    expect(readSettings({ MAIL_URL: 'smtps://user:pass@mail.example.org' })).toMatchObject({
      devMailbox: false,
    }))
  test('the mailbox is open to everybody only where nobody else can come: behind a proxy it is for admins', () => {
    expect(readSettings({}).loopback).toBe(true)
    expect(readSettings({ PUBLIC_URL: 'http://localhost:3000' }).loopback).toBe(true)
    expect(readSettings({ PUBLIC_URL: 'https://id.example.org' }).loopback).toBe(false)
    expect(readSettings({ HOST: '0.0.0.0' }).loopback).toBe(false)
  })
  test.each([
    ['off', 0],
    ['on', 1],
    ['3', 3],
  ])('TRUST_PROXY=%s trusts %d proxies', (text, hops) =>
    expect(readSettings({ TRUST_PROXY: text }).proxyHops).toBe(hops),
  )
})
