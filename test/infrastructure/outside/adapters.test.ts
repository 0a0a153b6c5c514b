import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clearbitEnricher } from '../../../src/infrastructure/outside/clearbit.ts'
import { openOutside } from '../../../src/infrastructure/outside/http.ts'
import { hunterVerifier } from '../../../src/infrastructure/outside/hunter.ts'
import {
  CLEARBIT_PERSON,
  CLEARBIT_UNKNOWN,
  hunterSays,
  json,
  openStub,
  type Stub,
} from '../../support/outside.ts'

const KEY = 'a-key-of-the-operator'
const forever = new AbortController().signal

let stub: Stub
beforeEach(async () => {
  stub = await openStub(json({}))
})
afterEach(() => stub.close())

describe('S1-36 hunter.io’s e-mail verifier', () => {
  const judge = (key: string | null = KEY) =>
    hunterVerifier({ url: stub.url, key }, openOutside()).judge('ben@example.org', forever)

  test.each([
    ['valid', 'deliverable', 'deliverable'],
    ['invalid', 'undeliverable', 'undeliverable'],
    ['accept_all', 'risky', 'risky'],
    ['webmail', 'risky', 'risky'],
    ['disposable', 'risky', 'risky'],
    ['unknown', 'unknown', 'unknown'],
    ['something new', 'deliverable', 'deliverable'],
    ['something new', 'something new', 'unknown'],
    ['constructor', 'toString', 'unknown'],
  ])('says %s (%s): %s', async (status, result, verdict) => {
    stub.answers(json(hunterSays(status, result)))
    expect(await judge()).toBe(verdict)
  })

  test('says one of its two words only', async () => {
    stub.answers(json({ data: { result: 'undeliverable' } }))
    expect(await judge()).toBe('undeliverable')
    stub.answers(json({ data: { status: 'valid' } }))
    expect(await judge()).toBe('deliverable')
  })

  test('is asked with the key in a header, and without a key if there is none', async () => {
    stub.answers(json(hunterSays('valid', 'deliverable')))
    await judge()
    await judge(null)
    expect(stub.asked.map(({ headers }) => headers['x-api-key'])).toStrictEqual([KEY, undefined])
    expect(stub.asked.map(({ path, email }) => [path, email])).toStrictEqual([
      ['/v2/find', 'ben@example.org'],
      ['/v2/find', 'ben@example.org'],
    ])
  })

  test.each([202, 222, 400, 401, 429, 451, 500, 503])('gives no answer with %i', async (status) => {
    stub.answers(json(hunterSays('invalid', 'undeliverable'), status))
    await expect(judge()).rejects.toMatchObject({ reason: `status_${status}` })
  })

  test.each([
    [{}],
    [null],
    [[]],
    ['deliverable'],
    [{ data: null }],
    [{ data: {} }],
    [{ data: { status: 7 } }],
    [CLEARBIT_PERSON],
  ])('gives no answer with %j', async (body) => {
    stub.answers(json(body))
    await expect(judge()).rejects.toMatchObject({ reason: 'malformed' })
  })
})

describe('S1-35 Clearbit’s enrichment', () => {
  const lookUp = (key: string | null = KEY) =>
    clearbitEnricher({ url: stub.url, key }, openOutside()).lookUp('ben@example.org', forever)
  const ben = { name: 'Benjamin Bell', company: 'Analytical Engines', title: 'Engineer' }

  test('says who somebody is, asked for the person', async () => {
    stub.answers(json(CLEARBIT_PERSON))
    expect(await lookUp()).toStrictEqual(ben)
    expect(stub.asked).toMatchObject([
      { path: '/v2/find', email: 'ben@example.org', headers: { authorization: `Bearer ${KEY}` } },
    ])
  })

  test('says who somebody is, asked for the person and the company', async () => {
    stub.answers(json({ person: CLEARBIT_PERSON, company: { name: 'Engines Ltd' } }))
    expect(await lookUp()).toStrictEqual(ben)
    stub.answers(json({ person: null, company: { name: 'Engines Ltd' } }))
    expect(await lookUp()).toStrictEqual({ name: null, company: 'Engines Ltd', title: null })
  })

  test('knows nothing of somebody', async () => {
    stub.answers(json(CLEARBIT_UNKNOWN, 404))
    expect(await lookUp()).toBeNull()
    stub.answers(json({ error: { type: 'email_invalid' } }, 422))
    expect(await lookUp()).toBeNull()
    stub.answers(json({ person: null, company: null }))
    expect(await lookUp()).toBeNull()
  })

  test.each([
    ['control characters', 'Ben\u0000'],
    ['turned letters', 'Ben\u202e'],
    ['lines', 'Ben\nBell'],
    ['a novel', 'B'.repeat(101)],
    ['nothing', '   '],
  ])('says what is not fit to be kept: %s', async (_, fullName) => {
    stub.answers(json({ ...CLEARBIT_PERSON, name: { fullName } }))
    expect(await lookUp()).toStrictEqual({ ...ben, name: null })
  })

  test.each([202, 401, 402, 429, 500])('gives no answer with %i', async (status) => {
    stub.answers(json(CLEARBIT_PERSON, status))
    await expect(lookUp()).rejects.toMatchObject({ reason: `status_${status}` })
  })

  test.each([[{}], [null], ['Ben'], [{ id: 7, name: {} }], [{ id: 'x', name: 'Ben' }], [{ person: 'Ben' }]])(
    'gives no answer with %j',
    async (body) => {
      stub.answers(json(body))
      await expect(lookUp()).rejects.toMatchObject({ reason: 'malformed' })
    },
  )
})
