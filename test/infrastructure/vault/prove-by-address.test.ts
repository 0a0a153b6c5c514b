import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import type { PasswordHasher } from '../../../src/infrastructure/vault/passwords.ts'
import { credentialProofs } from '../../../src/infrastructure/vault/prove-credential.ts'
import { insert } from '../../../src/projections/projection.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor } from '../../support/house.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL, LINK } = cast

describe('proving a credential by address', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  let proofs: ReturnType<typeof credentialProofs>
  let computed: number

  beforeEach(async () => {
    floor = await openTestFloor()
    const counting =
      <A extends readonly unknown[], R>(compute: (...given: A) => R) =>
      (...given: A): R => {
        computed++
        return compute(...given)
      }
    const { hasher } = floor
    proofs = credentialProofs({
      ...floor,
      hasher: {
        settingOf: hasher.settingOf.bind(hasher),
        hash: counting(hasher.hash.bind(hasher)),
        hashAs: counting(hasher.hashAs.bind(hasher)),
        compare: counting(hasher.compare.bind(hasher)),
        compareWithNobody: counting(hasher.compareWithNobody.bind(hasher)),
      } as unknown as PasswordHasher,
    })
  })
  afterEach(() => floor.dispose())

  const happened = (...events: readonly NewEvent[]) =>
    floor.store.decide({
      readings: {},
      decide: () => accept(...events),
      actor: 'operator',
      correlation: 'C',
    })
  const keep = (userId: string, credentialId: string, hash: string, ...events: readonly NewEvent[]) =>
    floor.store.decide({
      readings: {},
      decide: () => accept(...events, cast.passwordChanged({ userId, credentialId, by: 'registration' })),
      actor: 'operator',
      correlation: 'C',
      alongside: [insert('password_hashes', { credential_id: credentialId, user_id: userId, hash })],
    })
  /** Somebody who registered with Ben's address and this password, and has not confirmed it. */
  const waits = async (userId: string, credentialId: string, password: string) =>
    keep(
      userId,
      credentialId,
      await proofs.hashFor(BEN_ADDRESS, password),
      ...cast.waiting(userId, BEN_ADDRESS, { verificationId: credentialId }),
    )
  /** The owner of Ben's address, whose password was chosen on a page. */
  const owns = async (userId: string, credentialId: string, password: string) =>
    keep(userId, credentialId, await floor.hasher.hash(password), ...cast.member(userId, BEN_ADDRESS))
  const proven = (password: string, address: string | null = BEN_ADDRESS) => {
    computed = 0
    return proofs.ofAddress(address, password)
  }
  const nobody = { userId: null, credentialId: null }

  test('the owner is found by their password', async () => {
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    expect(await proven('chosen by Ben')).toStrictEqual({ userId: BEN, credentialId: CREDENTIAL })
  })
  test('with another one it is still the owner who is asked for, and nothing is proven', async () => {
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    for (const wrong of ['chosen by Cyd', '', 'chosen by Ben ']) {
      expect(await proven(wrong)).toStrictEqual({ userId: BEN, credentialId: null })
    }
  })
  test('S2-54: whoever has not confirmed the address signs in with the password they chose', async () => {
    await waits(CYD, CREDENTIAL, 'chosen by Cyd')
    expect(await proven('chosen by Cyd')).toStrictEqual({ userId: CYD, credentialId: CREDENTIAL })
    expect(await proven('chosen by Ben')).toStrictEqual(nobody)
  })
  test('of several who wait each is found by their own password, the newest of those with the same', async () => {
    const [first = '', second = '', third = ''] = cast.people(3)
    await waits(first, CREDENTIAL, 'one for two')
    await waits(second, OTHER_CREDENTIAL, 'one for two')
    await waits(third, LINK, 'another')
    expect(await proven('one for two')).toStrictEqual({ userId: second, credentialId: OTHER_CREDENTIAL })
    expect(await proven('another')).toStrictEqual({ userId: third, credentialId: LINK })
  })
  test('T10: the owner comes before everybody who waits with the same password', async () => {
    await owns(BEN, CREDENTIAL, 'one for two')
    await waits(CYD, OTHER_CREDENTIAL, 'one for two')
    expect(await proven('one for two')).toStrictEqual({ userId: BEN, credentialId: CREDENTIAL })
  })
  test('T11: beside an owner those who wait are found too: a sign-in tells no more than the registration', async () => {
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    await waits(CYD, OTHER_CREDENTIAL, 'chosen by Cyd')
    expect(await proven('chosen by Cyd')).toStrictEqual({ userId: CYD, credentialId: OTHER_CREDENTIAL })
  })
  test('a temporary user has no password, and none is theirs', async () => {
    await happened(...cast.waiting(CYD, BEN_ADDRESS))
    for (const any of ['', 'anything', 'null']) expect(await proven(any)).toStrictEqual(nobody)
  })
  test('an owner without a password is found by none', async () => {
    await happened(...cast.member(BEN, BEN_ADDRESS))
    for (const any of ['', 'anything']) {
      expect(await proven(any)).toStrictEqual({ userId: BEN, credentialId: null })
    }
  })
  test('an owner with a mailed first password is found by it', async () => {
    await happened(...cast.member(BEN, BEN_ADDRESS), cast.firstPassword())
    const first = floor.firstPasswords.make(CREDENTIAL)
    expect(await proven(first)).toStrictEqual({ userId: BEN, credentialId: CREDENTIAL })
    expect(await proven(floor.firstPasswords.make(OTHER_CREDENTIAL))).toStrictEqual({
      userId: BEN,
      credentialId: null,
    })
  })
  test('beside a mailed first password those who wait are found as well', async () => {
    await happened(...cast.member(BEN, BEN_ADDRESS), cast.firstPassword())
    await waits(CYD, OTHER_CREDENTIAL, 'chosen by Cyd')
    expect(await proven('chosen by Cyd')).toStrictEqual({ userId: CYD, credentialId: OTHER_CREDENTIAL })
  })
  test('an address that nobody knows, and none at all, prove nothing', async () => {
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    expect(await proven('chosen by Ben', ADA_ADDRESS)).toStrictEqual(nobody)
    expect(await proven('chosen by Ben', null)).toStrictEqual(nobody)
  })
  test('T10: whoever was superseded or erased is found no more, whatever they chose', async () => {
    await waits(CYD, CREDENTIAL, 'chosen by Cyd')
    await happened(cast.erased(CYD, { reason: 'superseded' }))
    expect(await proven('chosen by Cyd')).toStrictEqual(nobody)
  })
  test('T10: whoever changed the address is found by the new one only', async () => {
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    await happened(cast.addressReleased(), cast.verified(BEN, ADA_ADDRESS, 'code'))
    expect(await proven('chosen by Ben')).toStrictEqual(nobody)
    expect(await proven('chosen by Ben', ADA_ADDRESS)).toStrictEqual({
      userId: BEN,
      credentialId: CREDENTIAL,
    })
  })
  test('T10: the password of a registration is void where the link was opened elsewhere', async () => {
    await waits(CYD, CREDENTIAL, 'chosen by Cyd')
    const hash = await floor.hasher.hash('chosen by Ben')
    await keep(CYD, OTHER_CREDENTIAL, hash, cast.verified(CYD, BEN_ADDRESS, 'link'))
    expect(await proven('chosen by Cyd')).toStrictEqual({ userId: CYD, credentialId: null })
    expect(await proven('chosen by Ben')).toStrictEqual({ userId: CYD, credentialId: OTHER_CREDENTIAL })
  })

  test('T12: it costs one computation, whoever is behind the address and however many wait', async () => {
    const costs = async (password: string, address: string | null) => {
      await proven(password, address)
      return computed
    }
    expect([await costs('wrong', BEN_ADDRESS), await costs('wrong', null)]).toStrictEqual([1, 1])
    for (const [n, id] of cast.people(4).entries()) await waits(id, `${id.slice(1)}V`, `chosen by ${n}`)
    for (const password of ['chosen by 0', 'chosen by 3', 'wrong']) {
      expect(await costs(password, BEN_ADDRESS)).toBe(1)
    }
    await owns(ADA, CREDENTIAL, 'chosen by Ada')
    for (const password of ['chosen by Ada', 'chosen by 0', 'wrong']) {
      expect(await costs(password, BEN_ADDRESS)).toBe(1)
    }
  })
  test('T12: a registration costs the same whether or not the address is known', async () => {
    const costs = async (address: string) => {
      computed = 0
      await proofs.hashFor(address, 'chosen by Cyd')
      return computed
    }
    await owns(BEN, CREDENTIAL, 'chosen by Ben')
    expect([await costs(BEN_ADDRESS), await costs(ADA_ADDRESS)]).toStrictEqual([1, 1])
  })
})
