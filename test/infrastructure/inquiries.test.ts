import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import { openServices } from '../../src/infrastructure/outside/services.ts'
import * as cast from '../support/controls.ts'
import { DAY, MINUTE, openTestFloor, rawSqlite, type TestClock, testClock } from '../support/house.ts'
import {
  CLEARBIT_PERSON,
  CLEARBIT_UNKNOWN,
  hunterSays,
  json,
  openStub,
  type Stub,
  silence,
} from '../support/outside.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'

const { BEN, BEN_ADDRESS, VERIFICATION } = cast
const ANONYMOUS = { actor: 'anonymous', correlation: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' } as const
const OPERATOR = { ...ANONYMOUS, actor: 'operator' } as const
const DOWN = json({ error: `no answer about ${BEN_ADDRESS}` }, 503)

let hunter: Stub
let clearbit: Stub
let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let lines: string[]
let opened: ReturnType<typeof openServices>[]

const log = {
  info: (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message })),
  error: (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message })),
}
/** The runner as a process begins with it: knowing nothing but what is on the disk. */
const begin = (settings = floor.settings) => {
  const services = openServices({ ...floor, settings }, log)
  opened.push(services)
  return services.inquiries
}

beforeEach(async () => {
  lines = []
  opened = []
  clock = testClock(cast.NOW)
  hunter = await openStub(json(hunterSays('valid', 'deliverable')))
  clearbit = await openStub(json(CLEARBIT_PERSON))
  floor = await openTestFloor({ clock }, { EMAIL_VERIFIER_URL: hunter.url, ENRICHMENT_URL: clearbit.url })
})
afterEach(async () => {
  expect(lines.join('\n')).not.toMatch(/ben@|example\.org|Benjamin|Analytical/)
  for (const { stop } of opened) await stop()
  await expectProjectionsEqualRebuild(floor)
  await floor.dispose()
  await hunter.close()
  await clearbit.close()
})

const register = () =>
  floor.execute(
    registerUser,
    {
      userId: BEN,
      email: BEN_ADDRESS,
      name: 'Ben',
      locale: 'en',
      credentialId: null,
      verification: {
        verificationId: VERIFICATION,
        codeExpiresAt: cast.IN_A_DAY,
        linkExpiresAt: cast.IN_A_DAY,
      },
      session: cast.start,
      isTakenTold: false,
    },
    ANONYMOUS,
  )
const confirm = () =>
  floor.execute(
    verifyEmail,
    {
      userId: BEN,
      verificationId: VERIFICATION,
      email: BEN_ADDRESS,
      formerEmail: null,
      proof: { kind: 'code' },
      keepSessionId: null,
    },
    ANONYMOUS,
  )
const noted = async () => {
  const found: DomainEvent[] = []
  for await (const event of floor.store.read({ types: ['EmailJudged', 'PersonEnriched'] })) found.push(event)
  return found.map(({ type, actor, data }) => ({ type, actor, data }))
}
const attempts = () => rawSqlite(floor).db.prepare('select question, attempts from inquiry_attempts').all()

describe('S1-36 the address of who has registered', () => {
  test('is asked about once, and the verdict stands in the history', async () => {
    await register()
    const inquiries = begin()
    expect(await inquiries.askDue()).toBe(1)
    expect(await noted()).toStrictEqual([
      { type: 'EmailJudged', actor: 'system', data: { userId: BEN, verdict: 'deliverable' } },
    ])
    clock.advance(DAY)
    expect([await inquiries.askDue(), await begin().askDue()]).toStrictEqual([0, 0])
    expect(hunter.asked.map(({ email }) => email)).toStrictEqual([BEN_ADDRESS])
    expect([attempts(), await floor.reads.inquiries.get(BEN)]).toMatchObject([[], { verdict: 'deliverable' }])
  })

  test('is not asked about any more once it is confirmed', async () => {
    await register()
    await confirm()
    await begin({ ...floor.settings, enrichment: null }).askDue()
    expect(hunter.asked).toStrictEqual([])
  })

  test('is asked about three times if there is no answer, and then its verdict is unknown', async () => {
    hunter.answers(DOWN)
    await register()
    const inquiries = begin()
    expect(await inquiries.askDue()).toBe(1)
    clock.advance(MINUTE - 1)
    expect(await inquiries.askDue()).toBe(0)
    clock.advance(1)
    expect(await inquiries.askDue()).toBe(1)
    clock.advance(10 * MINUTE - 1)
    expect(await inquiries.askDue()).toBe(0)
    expect(await noted()).toStrictEqual([])
    clock.advance(1)
    expect(await inquiries.askDue()).toBe(1)
    expect(await noted()).toMatchObject([{ data: { userId: BEN, verdict: 'unknown' } }])
    clock.advance(DAY)
    expect(await inquiries.askDue()).toBe(0)
    expect(hunter.asked).toHaveLength(3)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      [1, 2, 3].map((attempt) => ({
        question: 'email-verifier',
        userId: BEN,
        attempt,
        reason: 'status_503',
      })),
    )
  })

  test('is still to be asked about after a restart', async () => {
    hunter.answers(DOWN)
    await register()
    await begin().askDue()
    hunter.answers(json(hunterSays('invalid', 'undeliverable')))
    clock.advance(MINUTE)
    expect(await begin().askDue()).toBe(1)
    expect(await noted()).toMatchObject([{ data: { verdict: 'undeliverable' } }])
  })

  test('costs one question more if the process dies while it waits for the answer', async () => {
    hunter.answers(silence)
    await register()
    const dying = begin()
    const asking = dying.askDue()
    await expect.poll(() => hunter.asked.length).toBe(1)
    // Another process looks: the question is taken, until the lease is over.
    hunter.answers(json(hunterSays('valid', 'deliverable')))
    expect(await begin().askDue()).toBe(0)
    expect(attempts()).toStrictEqual([{ question: 'email-verifier', attempts: 1 }])
    clock.advance(30_000)
    expect(await begin().askDue()).toBe(1)
    expect(hunter.asked).toHaveLength(2)
    await dying.stop()
    await asking
    expect(await noted()).toHaveLength(1)
  })

  test('is not asked about a week later, when the service has just been set', async () => {
    await register()
    clock.advance(7 * DAY)
    expect(await begin().askDue()).toBe(0)
  })

  test('is of nobody’s interest when the person has gone while the answer was on its way', async () => {
    await register()
    hunter.answers((req, res) => {
      void floor
        .execute(eraseUser, { userId: BEN, email: BEN_ADDRESS }, OPERATOR)
        .then(() => json(hunterSays('valid', 'deliverable'))(req, res))
    })
    expect(await begin().askDue()).toBe(1)
    expect(await noted()).toStrictEqual([])
    expect(await begin().askDue()).toBe(0)
  })
})

describe('S1-35 the person who has confirmed an address', () => {
  const found = { name: 'Benjamin Bell', company: 'Analytical Engines', title: 'Engineer' }

  test('is asked about once; what is said stands beside what they say of themselves', async () => {
    await register()
    await confirm()
    const inquiries = begin()
    expect(await inquiries.askDue()).toBe(1)
    expect(await noted()).toStrictEqual([
      { type: 'PersonEnriched', actor: 'system', data: { userId: BEN, ...found } },
    ])
    expect(await floor.reads.inquiries.get(BEN)).toMatchObject(found)
    expect((await floor.reads.users.get(BEN))?.name).toBe('Ben')
    expect([await inquiries.askDue(), await begin().askDue()]).toStrictEqual([0, 0])
    expect(clearbit.asked).toHaveLength(1)
  })

  test('is not asked about before: the address may be a stranger’s', async () => {
    await register()
    await begin().askDue()
    expect(clearbit.asked).toStrictEqual([])
  })

  test('is unknown to the service, which is not asked again', async () => {
    clearbit.answers(json(CLEARBIT_UNKNOWN, 404))
    await register()
    await confirm()
    expect(await begin().askDue()).toBe(1)
    clock.advance(DAY)
    expect(await begin().askDue()).toBe(0)
    expect(await noted()).toStrictEqual([])
  })

  test('is asked about three times if there is no answer, and then no more', async () => {
    clearbit.answers(DOWN)
    await register()
    await confirm()
    for (const wait of [0, MINUTE, 10 * MINUTE, DAY, DAY]) {
      clock.advance(wait)
      await begin().askDue()
    }
    expect(clearbit.asked).toHaveLength(3)
    expect(await noted()).toStrictEqual([])
  })

  test('is forgotten with everything that was said, in the history and in the tables', async () => {
    await register()
    await confirm()
    await begin().askDue()
    await floor.execute(eraseUser, { userId: BEN, email: BEN_ADDRESS }, OPERATOR)
    expect(await noted()).toMatchObject([{ data: { userId: BEN, name: null, company: null, title: null } }])
    expect(await floor.reads.inquiries.get(BEN)).toBeNull()
    const rows = JSON.stringify(rawSqlite(floor).db.prepare('select * from inquiries').all())
    const history = JSON.stringify(rawSqlite(floor).db.prepare('select * from events').all())
    expect(rows + history).not.toMatch(/Bell|Analytical|Engineer/)
  })
})

test('S1-35, S1-36 nobody is asked about anybody unless the operator has set a service', async () => {
  await register()
  const inquiries = begin({ ...floor.settings, emailVerifier: null, enrichment: null })
  inquiries.start()
  expect(await inquiries.askDue()).toBe(0)
  expect([hunter.sockets(), clearbit.sockets()]).toStrictEqual([0, 0])
})

test('S1-36 the running service asks by itself', async () => {
  await register()
  begin().start()
  await expect.poll(noted).toMatchObject([{ data: { verdict: 'deliverable' } }])
})
