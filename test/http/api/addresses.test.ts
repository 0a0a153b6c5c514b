import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const issue = (email: unknown) => api.call('POST', '/invites', { token: admin.accessToken, body: { email } })

describe('an address that is taken', () => {
  test.each([
    ['as it is', 'ada@example.org', 'ada@example.org'],
    ['in capitals', 'ADA@EXAMPLE.ORG', 'ada@example.org'],
    ['with blanks around it', '  ada@example.org\t', 'ada@example.org'],
    ['with a line break after it', 'ada@example.org\r\n', 'ada@example.org'],
    ['with a plus, and stays apart', 'ada+news@example.org', 'ada+news@example.org'],
    ['with dots, and stays apart', 'a.d.a@example.org', 'a.d.a@example.org'],
    ['of an international domain, in its ASCII form', 'ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ['of one in capitals', 'ada@ПРИМЕР.РФ', 'ada@xn--e1afmkfd.xn--p1ai'],
    [
      'with every sign the standard allows',
      "!#$%&'*+-/=?^_`{|}~@example.org",
      "!#$%&'*+-/=?^_`{|}~@example.org",
    ],
    ['of 254 letters', `${'a'.repeat(64)}@${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(61)}.org`, null],
  ])('%s', async (_, email, canonical) => {
    const { status, body } = await issue(email)
    expect([status, body['email']]).toStrictEqual([201, canonical ?? email])
  })

  test('finds its invite in each spelling and its mail goes to the canonical one', async () => {
    await issue('Grace@Example.ORG')
    for (const email of ['grace@example.org', 'GRACE@EXAMPLE.ORG']) {
      const path = `/invites?email=${encodeURIComponent(email)}`
      const { body } = await api.call('GET', path, { token: admin.accessToken })
      expect(body['items']).toHaveLength(1)
    }
    expect(await api.app.mailsTo('grace@example.org')).toHaveLength(1)
  })
})

describe('an address that is refused', () => {
  test.each<[string, unknown, string]>([
    ['missing', undefined, 'required'],
    ['null', null, 'invalid_type'],
    ['empty', '', 'address_missing'],
    ['blank', '   ', 'address_missing'],
    ['a number', 7, 'invalid_type'],
    ['a list', ['ada@example.org'], 'invalid_type'],
    ['a list of two', ['ada@example.org', 'eve@example.org'], 'invalid_type'],
    ['an object', { $ne: null }, 'invalid_type'],
    ['without an @', 'ada.example.org', 'address_malformed'],
    ['without a name', '@example.org', 'address_malformed'],
    ['without a domain', 'ada@', 'address_malformed'],
    ['without a top-level domain', 'ada@example', 'address_malformed'],
    ['with two @', 'ada@eve@example.org', 'address_malformed'],
    ['two addresses', 'ada@example.org,eve@example.org', 'address_malformed'],
    ['two addresses in brackets', 'ada@example.org>,<eve@evil.example', 'address_malformed'],
    ['with a display name', 'Ada <ada@example.org>', 'address_malformed'],
    ['with a line break inside', 'ada@example.org\r\nBcc: eve@example.org', 'address_malformed'],
    ['with a line break in the name', 'ada\r\n@example.org', 'address_malformed'],
    ['with a NUL', 'ada\u0000@example.org', 'address_malformed'],
    ['with a blank inside', 'ada lovelace@example.org', 'address_malformed'],
    ['with a quoted name', '"ada"@example.org', 'address_malformed'],
    ['with a comment', 'ada(comment)@example.org', 'address_malformed'],
    ['with a dot in front', '.ada@example.org', 'address_malformed'],
    ['with two dots', 'ada..lovelace@example.org', 'address_malformed'],
    ['at an IP address', 'ada@127.0.0.1', 'address_malformed'],
    ['at a bracketed IP address', 'ada@[127.0.0.1]', 'address_malformed'],
    ['at a domain with a port', 'ada@example.org:25', 'address_malformed'],
    ['at a domain with a path', 'ada@example.org/x', 'address_malformed'],
    ['with a Cyrillic look-alike in its name', 'аda@example.org', 'address_malformed'],
    ['with a Kelvin sign', '\u212Aate@example.org', 'address_malformed'],
    ['with a dotted capital I', 'İda@example.org', 'address_malformed'],
    ['with a sharp s', 'straße@example.org', 'address_malformed'],
    ['with a full-width @', 'ada＠example.org', 'address_malformed'],
    ['with a full-width dot', 'ada@example．org', 'address_malformed'],
    ['with full-width letters', 'ada@ｅxample.org', 'address_malformed'],
    ['with an invisible blank', 'ada\u200b@example.org', 'address_malformed'],
    ['with writing that turns around', 'ada\u202e@example.org', 'address_malformed'],
    [
      'of 255 letters',
      `${'a'.repeat(64)}@${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(62)}.org`,
      'address_too_long',
    ],
    ['with a name of 65 letters', `${'a'.repeat(65)}@example.org`, 'address_malformed'],
    ['of 60,000 letters', `${'a'.repeat(60_000)}@example.org`, 'address_too_long'],
  ])('%s', async (_, email, code) => {
    const before = await api.eventCount()
    const { status, body } = await issue(email)
    const errors = (body['errors'] as Json[]).map((error) => [error['pointer'], error['code']])
    expect([status, errors]).toStrictEqual([422, [['/email', code]]])
    expect(await api.eventCount()).toBe(before)
    if (typeof email === 'string' && email.trim() !== '') expect(JSON.stringify(body)).not.toContain(email)
  })
})
