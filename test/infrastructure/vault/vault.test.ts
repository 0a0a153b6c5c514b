import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFoundation } from '../../../src/foundation.ts'
import { sqliteReader } from '../../../src/infrastructure/database/sqlite.ts'
import { AccessTokens } from '../../../src/infrastructure/vault/access-tokens.ts'
import { open, seal } from '../../../src/infrastructure/vault/box.ts'
import { DerivedTokens, FirstPasswords } from '../../../src/infrastructure/vault/derived-tokens.ts'
import { PasswordHasher } from '../../../src/infrastructure/vault/passwords.ts'
import { loadRootSecrets, parseRootSecrets } from '../../../src/infrastructure/vault/root-secret.ts'
import { Signatures } from '../../../src/infrastructure/vault/signatures.ts'
import {
  idempotencyKeys,
  pageSessions,
  refreshTokens,
} from '../../../src/infrastructure/vault/sqlite-rows.ts'
import { MINUTE, openTestFloor, temporaryFolder, testClock, testSettings } from '../../support/house.ts'

const SECRET = 'a-root-secret-of-more-than-thirty-two-bytes'
const OLDER = 'an-older-root-secret-of-more-than-32-bytes!'
const roots = parseRootSecrets(SECRET, 'SECRET')
const ID = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const OTHER_ID = '01JNZ8K3V5Q2W9X7T4R6Y1M0AC'

describe('the root secret', () => {
  test('is made once, for its owner alone', () => {
    const { folder, remove } = temporaryFolder()
    const file = join(folder, 'data', 'secret')
    const [made] = loadRootSecrets(file, true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(loadRootSecrets(file, false)[0].id).toBe(made.id)
    expect(readFileSync(file, 'utf8').trim().length).toBeGreaterThanOrEqual(43)
    remove()
  })
  test('is refused when others can read it, when it is missing, too short or empty', () => {
    const { folder, remove } = temporaryFolder()
    const file = join(folder, 'secret')
    expect(() => loadRootSecrets(file, false)).toThrow(/no root secret/)
    writeFileSync(file, SECRET, { mode: 0o600 })
    chmodSync(file, 0o644)
    expect(() => loadRootSecrets(file, false)).toThrow(/chmod 600/)
    expect(() => parseRootSecrets('short', 'SECRET')).toThrow(/32/)
    expect(() => parseRootSecrets('\n', 'SECRET')).toThrow(/empty/)
    remove()
  })
  test('of another database is refused, and nothing is changed', async () => {
    const floor = await openTestFloor()
    await expect(openFoundation({ ...testSettings(floor.folder, 3000), secret: SECRET })).rejects.toThrow(
      /does not belong/,
    )
    await floor.dispose()
  })
})

describe('derived tokens', () => {
  const tokens = new DerivedTokens(roots)
  const token = tokens.make('invite', ID)

  test('lead back to what they were made for, always the same', () => {
    expect(tokens.read('invite', token)).toStrictEqual({ id: ID, generation: 0 })
    expect(tokens.make('invite', ID)).toBe(token)
    expect(tokens.read('refresh', tokens.make('refresh', ID, 7))).toStrictEqual({ id: ID, generation: 7 })
  })
  test('T06 are good for one purpose only', () => expect(tokens.read('sign-in', token)).toBeNull())
  test('T06 every altered letter is refused', () => {
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'ABCxyz019-_'), (at, letter) => {
        fc.pre(token[at] !== letter)
        expect(tokens.read('invite', token.slice(0, at) + letter + token.slice(at + 1))).toBeNull()
      }),
    )
  })
  test.each([
    '',
    'null',
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    token.toLowerCase(),
    '[]',
    '../../etc',
  ])('T06 %j is no token', (text) => expect(tokens.read('invite', text)).toBeNull())
  test('T06 any text is refused without a throw', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => tokens.read('invite', text) === null)))
  test('an older generation of the root secret still reads its own links; a stranger’s never', () => {
    const old = new DerivedTokens(parseRootSecrets(OLDER, 'SECRET')).make('invite', ID)
    expect(tokens.read('invite', old)).toBeNull()
    expect(new DerivedTokens(parseRootSecrets(`${SECRET}\n${OLDER}`, 'SECRET')).read('invite', old)?.id).toBe(
      ID,
    )
  })
})

describe('first passwords', () => {
  const passwords = new FirstPasswords(roots)
  test('S0-15 are 24 base32 letters made from the credential, and recognised by making them again', () => {
    const password = passwords.make(ID)
    expect(password).toMatch(/^[A-Z2-7]{24}$/)
    expect(passwords.make(ID)).toBe(password)
    expect(passwords.make(OTHER_ID)).not.toBe(password)
    expect([
      passwords.matches(ID, password),
      passwords.matches(OTHER_ID, password),
      passwords.matches(ID, ''),
    ]).toStrictEqual([true, false, false])
  })
})

describe('password hashes', () => {
  const hasher = new PasswordHasher(Buffer.alloc(32, 1), { cost: 4 })
  afterAll(() => hasher.close())

  test('S2-48 are salted bcrypt: the same password twice gives different hashes, and both match', async () => {
    const [a, b] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')]
    expect(a).toMatch(/^\$2b\$04\$/)
    expect(a).not.toBe(b)
    expect([
      await hasher.compare('correct horse', a),
      await hasher.compare('correct horse', b),
    ]).toStrictEqual([true, true])
    expect(await hasher.compare('correct horsf', a)).toBe(false)
  })
  test('T29 nothing is cut off: two passwords that differ behind byte 72 are different', async () => {
    const long = 'я'.repeat(60)
    expect(await hasher.compare(`${long}2`, await hasher.hash(`${long}1`))).toBe(false)
  })
  test('T29 composed and decomposed letters are the same password', async () => {
    expect(
      await hasher.compare('кофейня'.normalize('NFD'), await hasher.hash('кофейня'.normalize('NFC'))),
    ).toBe(true)
  })
  test('T29 a NUL ends nothing', async () => {
    expect(await hasher.compare('before\0other', await hasher.hash('before\0after'))).toBe(false)
  })
  test('nobody’s password never matches', async () => expect(await hasher.compareWithNobody('')).toBe(false))
  test('T30 a full queue is answered at once', async () => {
    const slow = new PasswordHasher(Buffer.alloc(32, 1), { cost: 8, threads: 1 })
    const results = await Promise.allSettled(Array.from({ length: 130 }, () => slow.hash('x')))
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect((refused[0]?.reason as Error | undefined)?.name).toBe('Overloaded')
    await slow.close()
  })
})

describe('access tokens', () => {
  const clock = testClock()
  const key = Buffer.alloc(32, 7)
  const tokens = new AccessTokens(key, 'https://id.example.org', clock)
  const claims = { userId: ID, sessionId: OTHER_ID }
  let token = ''
  beforeAll(async () => {
    token = (await tokens.issue({ ...claims, roles: ['member'] })).token
  })
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

  test('S4-32 carry user, session and roles, signed so that the public key alone verifies them', async () => {
    expect(await tokens.read(token)).toMatchObject(claims)
    const { keys } = await tokens.jwks()
    expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' })
    expect(keys[0]).not.toHaveProperty('d')
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: ID,
      sid: OTHER_ID,
      roles: ['member'],
    })
  })
  test('T34 whatever else claims to be one is refused', async () => {
    const [ownHeader = '', ownPayload = '', ownSignature = ''] = token.split('.')
    const body = JSON.parse(Buffer.from(ownPayload, 'base64url').toString()) as Record<string, unknown>
    const foreign = (changes: Record<string, unknown>, typ = 'at+jwt') =>
      new SignJWT({ ...body, ...changes }).setProtectedHeader({ alg: 'HS256', typ }).sign(key)
    const other = new AccessTokens(Buffer.alloc(32, 8), 'https://id.example.org', clock)
    const otherIssuer = new AccessTokens(key, 'https://evil.example', clock)
    const bad = [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${ownPayload}.`,
      await foreign({}),
      (await other.issue({ ...claims, roles: [] })).token,
      (await otherIssuer.issue({ ...claims, roles: [] })).token,
      `${ownHeader}.${encode({ ...body, roles: ['admin'] })}.${ownSignature}`,
      `${encode({ alg: 'EdDSA', typ: 'JWT' })}.${ownPayload}.${ownSignature}`,
      'a.b.c',
      '',
      'x',
    ]
    expect(await Promise.all(bad.map((text) => tokens.read(text)))).toStrictEqual(
      bad.map(() => 'token_invalid'),
    )
  })
  test('S1-9 end after ten minutes, whether seen before or not', async () => {
    const { token: unseen } = await tokens.issue({ ...claims, roles: [] })
    clock.advance(10 * MINUTE)
    expect([await tokens.read(token), await tokens.read(unseen)]).toStrictEqual([
      'token_expired',
      'token_expired',
    ])
  })
})

describe('rows of the vault', () => {
  const clock = testClock()
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  const parts = () => ({
    db: floor.db,
    reader: sqliteReader(floor.reader),
    clock,
    exclusively: <T>(work: () => T) => floor.store.exclusively(work),
  })
  beforeAll(async () => {
    floor = await openTestFloor({ clock })
  })
  afterAll(() => floor.dispose())

  test('T35 refresh tokens rotate; within ten seconds the parent gets the same successor, later or older means reuse', async () => {
    const refresh = refreshTokens(parts(), floor.tokens)
    const { token: first, alongside } = refresh.first(ID)
    if (alongside.op !== 'insert') throw new Error('not an insert')
    floor.db
      .prepare('insert into refresh_generations values (@session_id, @generation, @rotated_at)')
      .run(alongside.row)
    const second = await refresh.rotate(first)
    expect(second).toMatchObject({ outcome: 'rotated', sessionId: ID })
    clock.advance(9999)
    expect(await refresh.rotate(first)).toStrictEqual(second)
    clock.advance(1)
    expect(await refresh.rotate(first)).toStrictEqual({ outcome: 'reused', sessionId: ID })
    const third = await refresh.rotate(second.outcome === 'rotated' ? second.token : '')
    expect(third.outcome).toBe('rotated')
    expect(await refresh.rotate(first)).toStrictEqual({ outcome: 'reused', sessionId: ID })
    expect(await refresh.rotate(floor.tokens.make('refresh', OTHER_ID, 1))).toStrictEqual({
      outcome: 'invalid',
    })
    expect(await refresh.rotate(floor.tokens.make('refresh', ID, 99))).toStrictEqual({ outcome: 'invalid' })
    expect(await refresh.rotate('garbage')).toStrictEqual({ outcome: 'invalid' })
  })

  test('T35 two refreshes at once get the same successor', async () => {
    const refresh = refreshTokens(parts(), floor.tokens)
    const { token } = refresh.first(OTHER_ID)
    floor.db.prepare('insert into refresh_generations values (?, 1, ?)').run(OTHER_ID, clock())
    const [a, b] = await Promise.all([refresh.rotate(token), refresh.rotate(token)])
    expect(a).toStrictEqual(b)
  })

  test('T47 an idempotency key: the first goes on, the same again hears the answer, another body is told so', async () => {
    const keys = idempotencyKeys(parts())
    const answer = { status: 201, headers: { location: '/x' }, body: '{}' }
    expect(await keys.begin('k', 'body')).toStrictEqual({ kind: 'fresh' })
    expect(await keys.begin('k', 'body')).toStrictEqual({ kind: 'running' })
    await keys.keep('k', answer)
    expect(await keys.begin('k', 'body')).toStrictEqual({ kind: 'stored', answer })
    expect(await keys.begin('k', 'other')).toStrictEqual({ kind: 'mismatch' })
    expect(await keys.begin('dropped', 'body')).toStrictEqual({ kind: 'fresh' })
    await keys.drop('dropped')
    expect(await keys.begin('dropped', 'body')).toStrictEqual({ kind: 'fresh' })
    clock.advance(25 * 60 * MINUTE)
    expect(await keys.begin('k', 'body')).toStrictEqual({ kind: 'fresh' })
  })

  test('S4-54 page sessions keep a digest of their cookie, end by the clock, and survive a restart', async () => {
    const sessions = pageSessions(parts())
    await sessions.set('cookie-value', { notice: 'inviteSent' }, MINUTE)
    expect(await sessions.get('cookie-value')).toStrictEqual({ notice: 'inviteSent' })
    expect(JSON.stringify(floor.db.prepare('select * from page_sessions').all())).not.toContain(
      'cookie-value',
    )
    clock.advance(MINUTE)
    expect(await sessions.get('cookie-value')).toBeNull()
    await sessions.set('another', { sessionId: ID, agent: 'x' }, MINUTE)
    expect(await sessions.get('another'), 'no such session lives').toStrictEqual({ agent: 'x' })
    await sessions.destroy('another')
    expect(await sessions.get('another')).toBeNull()
  })
})

test('a sealed box opens with its key and context only, and not when a single bit is turned', () => {
  const key = Buffer.alloc(32, 3)
  const box = seal(key, 'Ada', 'context')
  expect(open(key, box, 'context').toString()).toBe('Ada')
  expect(() => open(key, box, 'other')).toThrow()
  expect(() => open(Buffer.alloc(32, 4), box, 'context')).toThrow()
  const bytes = Buffer.from(box, 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const turned = Buffer.from(bytes)
    turned[at] = (turned[at] ?? 0) ^ 1
    expect(() => open(key, turned.toString('base64url'), 'context')).toThrow()
  }
})

test('a signature is for its purpose and text', () => {
  const signatures = new Signatures(roots)
  const signature = signatures.sign('csrf', 'text')
  expect([
    signatures.verify('csrf', 'text', signature),
    signatures.verify('attempt', 'text', signature),
    signatures.verify('csrf', 'other', signature),
    signatures.verify('csrf', 'text', ''),
  ]).toStrictEqual([true, false, false, false])
})
