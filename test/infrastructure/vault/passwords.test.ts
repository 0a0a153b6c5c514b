import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../../src/config.ts'
import { accept } from '../../../src/domain/decision.ts'
import { HashQueueFull, PasswordHasher } from '../../../src/infrastructure/vault/passwords.ts'
import { credentialProofs } from '../../../src/infrastructure/vault/prove-credential.ts'
import { insert } from '../../../src/projections/projection.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor } from '../../support/house.ts'

const pepper = Buffer.alloc(32, 1)

describe('password hashes', () => {
  const hasher = new PasswordHasher(pepper, { cost: 4 })
  afterAll(() => hasher.close())
  const differ = async (one: string, other: string) => !(await hasher.compare(other, await hasher.hash(one)))

  test('S2-48 are salted bcrypt: the same password twice gives different hashes, and both match', async () => {
    const [a, b] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')]
    expect(a).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
    expect(a).not.toBe(b)
    const matches = [hasher.compare('correct horse', a), hasher.compare('correct horse', b)]
    expect(await Promise.all(matches)).toStrictEqual([true, true])
    expect(await hasher.compare('correct horsf', a)).toBe(false)
  })

  test('S2-48 are made with cost 12 where nobody says otherwise', async () => {
    const usual = new PasswordHasher(pepper, { cost: readSettings({}).hashCost })
    expect(await usual.hash('correct horse')).toMatch(/^\$2b\$12\$/)
    await usual.close()
  })

  test('T29 nothing is cut off: passwords that differ at byte 73, 80 or 250 are different', async () => {
    for (const length of [72, 79, 249]) {
      expect(await differ(`${'a'.repeat(length)}1`, `${'a'.repeat(length)}2`)).toBe(true)
    }
    expect(await differ(`${'я'.repeat(60)}1`, `${'я'.repeat(60)}2`)).toBe(true)
  })

  test('T29 composed and decomposed letters are the same password; spaces and case are not', async () => {
    expect(await differ('кофейня ё é'.normalize('NFC'), 'кофейня ё é'.normalize('NFD'))).toBe(false)
    expect(await differ('correct horse', 'correct horse ')).toBe(true)
    expect(await differ('correct horse', 'Correct horse')).toBe(true)
  })

  test('T29 a NUL ends nothing', async () => {
    expect(await differ('before\0after', 'before\0other')).toBe(true)
    expect(await differ('\0', '')).toBe(true)
  })

  test('a stolen hash is worthless without the pepper', async () => {
    const elsewhere = new PasswordHasher(Buffer.alloc(32, 2), { cost: 4 })
    expect(await elsewhere.compare('correct horse', await hasher.hash('correct horse'))).toBe(false)
    await elsewhere.close()
  })

  test('nobody’s password never matches', async () => {
    expect(await hasher.compareWithNobody('')).toBe(false)
    expect(await hasher.compareWithNobody('.'.repeat(53))).toBe(false)
  })

  test('T12: an address has its own cost and salt, the same each time, which tells nothing about it', async () => {
    const setting = hasher.settingOf(cast.BEN_ADDRESS)
    expect(setting).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{22}$/)
    expect(hasher.settingOf(cast.BEN_ADDRESS)).toBe(setting)
    expect(hasher.settingOf(cast.ADA_ADDRESS)).not.toBe(setting)
    const elsewhere = new PasswordHasher(Buffer.alloc(32, 2), { cost: 4 })
    expect(elsewhere.settingOf(cast.BEN_ADDRESS)).not.toBe(setting)
    await elsewhere.close()
  })

  test('T12: with the setting of another hash equal passwords make equal hashes, and others do not', async () => {
    const hash = await hasher.hash('correct horse')
    expect(await hasher.hashAs(hash, 'correct horse')).toBe(hash)
    expect(await hasher.hashAs(hash, 'correct horsf')).not.toBe(hash)
    const own = await hasher.hashAs(hasher.settingOf(cast.BEN_ADDRESS), 'correct horse')
    expect(own).not.toBe(hash)
    expect(await hasher.compare('correct horse', own)).toBe(true)
  })

  test('T30 a full queue is answered at once and by name; whoever got in is served, and later there is room again', async () => {
    const slow = new PasswordHasher(pepper, { cost: 7, threads: 1, maxWaitMs: 50_000 })
    const results = await Promise.allSettled(Array.from({ length: 140 }, () => slow.hash('x')))
    const served = results.filter(({ status }) => status === 'fulfilled')
    const refused = results.filter((result) => result.status === 'rejected')
    expect(served.length).toBeGreaterThanOrEqual(100)
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(HashQueueFull)
      expect(reason).toMatchObject({ name: 'Overloaded', retryAfterSeconds: 2 })
    }
    expect(await slow.hash('x')).toMatch(/^\$2b\$07\$/)
    await slow.close()
  })
})

describe('who waits for their turn', () => {
  test('hears after a while that it does not come; whoever comes later is served', async () => {
    const slow = new PasswordHasher(pepper, { cost: 11, threads: 1, maxWaitMs: 20 })
    const [first, second] = await Promise.allSettled([slow.hash('x'), slow.hash('y')])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { name: 'Overloaded', retryAfterSeconds: 2 } })
    expect(await slow.hash('z')).toMatch(/^\$2b\$11\$/)
    await slow.close()
  })

  test('is let in only if it will come soon, as far as can be told', async () => {
    const slow = new PasswordHasher(pepper, { cost: 9, threads: 1, maxWaitMs: 1 })
    await slow.hash('x') // now it is known how long one takes
    const running = slow.hash('x')
    const began = performance.now()
    await expect(slow.hash('y')).rejects.toThrow(HashQueueFull)
    expect(performance.now() - began).toBeLessThan(1000)
    await running
    await slow.close()
  })

  test('hears of the end', async () => {
    const slow = new PasswordHasher(pepper, { cost: 11, threads: 1 })
    const results = Promise.allSettled([slow.hash('x'), slow.hash('y')])
    await slow.close()
    expect((await results).map(({ status }) => status)).toStrictEqual(['rejected', 'rejected'])
    expect((await results)[1]).toMatchObject({ reason: { name: 'Overloaded' } })
  })
})

describe('proving a credential', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  let compared: ('somebody' | 'nobody')[] = []
  let prove: ReturnType<typeof credentialProofs>['ofUser']
  const { ADA, BEN, CYD, CREDENTIAL, OTHER_CREDENTIAL } = cast

  beforeAll(async () => {
    floor = await openTestFloor()
    const hasher = {
      compare: (password: string, hash: string) => {
        compared.push('somebody')
        return floor.hasher.compare(password, hash)
      },
      compareWithNobody: (password: string) => {
        compared.push('nobody')
        return floor.hasher.compareWithNobody(password)
      },
    } as PasswordHasher
    prove = credentialProofs({ ...floor, hasher }).ofUser
    const hash = await floor.hasher.hash('chosen by Ada')
    const chosen = cast.passwordChanged({ userId: ADA, email: cast.ADA_ADDRESS })
    await floor.store.decide({
      readings: {},
      decide: () =>
        accept(
          ...cast.member(ADA, cast.ADA_ADDRESS),
          chosen,
          ...cast.member(BEN, cast.BEN_ADDRESS),
          cast.firstPassword({ credentialId: OTHER_CREDENTIAL }),
          ...cast.member(CYD, 'cyd@example.org'),
        ),
      actor: 'operator',
      correlation: 'C',
      alongside: [insert('password_hashes', { credential_id: CREDENTIAL, user_id: ADA, hash })],
    })
  })
  afterAll(() => floor.dispose())

  type Way = readonly [string, string | null, () => string, string | null, 'somebody' | 'nobody']
  const proven = async (userId: string | null, password: string) => {
    compared = []
    return prove(userId, password)
  }

  const ways: readonly Way[] = [
    ['a chosen password', ADA, () => 'chosen by Ada', CREDENTIAL, 'somebody'],
    ['a wrong password', ADA, () => 'chosen by Ben', null, 'somebody'],
    ['no password', ADA, () => '', null, 'somebody'],
    ['a first password', BEN, () => floor.firstPasswords.make(OTHER_CREDENTIAL), OTHER_CREDENTIAL, 'nobody'],
    ['somebody else’s first password', BEN, () => floor.firstPasswords.make(CREDENTIAL), null, 'nobody'],
    [
      'a first password for a user with a chosen one',
      ADA,
      () => floor.firstPasswords.make(CREDENTIAL),
      null,
      'somebody',
    ],
    ['a user who has no password', CYD, () => 'anything', null, 'nobody'],
    ['a user who is not known', cast.SESSION, () => 'anything', null, 'nobody'],
    ['nobody at all', null, () => 'anything', null, 'nobody'],
  ]
  test.each(ways)(
    'T11, T12 %s: one comparison, whatever the answer',
    async (_, userId, password, credential, whom) => {
      expect(await proven(userId, password())).toBe(credential)
      expect(compared).toStrictEqual([whom])
    },
  )
})
