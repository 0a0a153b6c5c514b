import { rmSync } from 'node:fs'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { clientOf } from '../../src/http/throttle.ts'
import { ADMIN } from '../support/admin.ts'
import { MINUTE, rawSqlite } from '../support/house.ts'
import { Visitor } from '../support/visitor.ts'
import { Api, type Reply } from './api/client.ts'

const PASSWORD = 'correct-horse-battery'

let api: Awaited<ReturnType<typeof Api.open>>
beforeAll(async () => {
  api = await Api.open({ THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => api.app.dispose())

/** A client of its own for each test, so that none waits for another. */
let clients = 0
const newClient = () => `198.51.${Math.floor(++clients / 250)}.${(clients % 250) + 1}`
let people = 0
const newAddress = () => `patient${++people}@example.org`

const from = (client: string) => ({ 'x-forwarded-for': client })
const signIn = (email: string, password: string, client: string) =>
  api.call('POST', '/sessions', { body: { email, password }, headers: from(client) })
const statuses = async (n: number, one: (n: number) => Promise<Reply>) => {
  const answers: number[] = []
  for (let i = 0; i < n; i++) answers.push((await one(i)).status)
  return answers
}
const member = async (email: string) => {
  const { accessToken } = tokens(await signIn(ADMIN.email, ADMIN.password, newClient()))
  await api.issue(accessToken, email)
  const answer = await api.call('POST', '/invite-redemptions', {
    body: { token: await api.inviteToken(email) },
  })
  const access = String(answer.body['accessToken'])
  const changed = await api.call('PUT', '/me/password', { token: access, body: { newPassword: PASSWORD } })
  expect(changed.status).toBe(204)
  return { id: String((answer.body['user'] as { id: unknown }).id), access }
}
const tokens = ({ body }: Reply) => ({ accessToken: String(body['accessToken']) })
const events = async (type: string) => {
  await api.app.settled()
  const { n } = rawSqlite(api.app.floor)
    .db.prepare('select count(*) as n from events where type = ?')
    .get(type) as {
    n: number
  }
  return n
}

describe('signing in', () => {
  test('T14, S4-47: the sixth wrong password is not looked at, and the answer says until when', async () => {
    const client = newClient()
    expect(await statuses(5, () => signIn(ADMIN.email, 'wrong-password', client))).toStrictEqual(
      Array(5).fill(401),
    )
    const sixth = await signIn(ADMIN.email, ADMIN.password, client)
    expect([sixth.status, sixth.body['code']]).toStrictEqual([429, 'too_many_requests'])
    expect(sixth.headers.get('retry-after')).toBe('900')
    expect(sixth.headers.get('ratelimit-policy')).toBe('"sign-in-address";q=5;w=900')
    expect(sixth.headers.get('ratelimit')).toBe('"sign-in-address";r=0;t=900')
    api.app.clock.advance(15 * MINUTE)
    expect((await signIn(ADMIN.email, ADMIN.password, client)).status).toBe(201)
  })

  test('W-37: it is counted before it is judged: of fifty at once five are looked at, the right one not among more', async () => {
    const email = newAddress()
    await member(email)
    const before = await events('LoginFailed')
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => signIn(email, 'wrong-password', newClient())),
    )
    const seen = answers.map(({ status }) => status).toSorted()
    expect(seen).toStrictEqual([...Array<number>(5).fill(401), ...Array<number>(45).fill(429)])
    expect((await events('LoginFailed')) - before).toBe(5)
  })

  test('W-37: one attacker does not lock everyone out: others have counters of their own', async () => {
    const attacker = newClient()
    const victim = newAddress()
    await member(victim)
    await statuses(6, () => signIn(newAddress(), 'wrong-password', attacker))
    expect((await signIn(victim, PASSWORD, newClient())).status).toBe(201)
  })

  test('T14: who tries address after address from one place is held up by the place', async () => {
    const client = newClient()
    const answers = await statuses(51, () => signIn(newAddress(), 'wrong-password', client))
    expect([answers.indexOf(429), answers.at(-1)]).toStrictEqual([50, 429])
  })

  test('the right password counts for nothing: fifty sign-ins of one person are fifty sign-ins', async () => {
    const email = newAddress()
    await member(email)
    const client = newClient()
    expect(new Set(await statuses(52, () => signIn(email, PASSWORD, client)))).toStrictEqual(new Set([201]))
  })

  test('T11, T13: known and unknown addresses run out alike, in status, body and headers', async () => {
    const known = newAddress()
    await member(known)
    const client = newClient()
    const shown = async (email: string) => {
      const answers = []
      for (let i = 0; i < 7; i++) {
        const { status, headers, body } = await signIn(email, 'wrong-password', client)
        const { requestId: _, ...rest } = body
        answers.push([status, rest, headers.get('ratelimit'), headers.get('retry-after')])
      }
      return answers
    }
    expect(await shown(known)).toStrictEqual(await shown(newAddress()))
  })

  test('T15: spelling the address another way opens no other counter', async () => {
    const email = newAddress()
    const spelled = [email, email.toUpperCase(), ` ${email}`, `${email} `, email.replace('p', 'P')]
    await statuses(5, (n) => signIn(spelled[n] ?? email, 'wrong-password', newClient()))
    expect((await signIn(email, 'wrong-password', newClient())).status).toBe(429)
  })

  test('T15: the page and the API count together', async () => {
    const email = newAddress()
    await member(email)
    await statuses(5, () => signIn(email, 'wrong-password', newClient()))
    const visitor = new Visitor(api.app.address)
    const page = await visitor.submit(await visitor.get('/'), '/', { login: email, password: PASSWORD })
    expect(page.status).toBe(429)
    expect(page.headers.get('retry-after')).toBe('900')
    expect(page.html).toContain('Try again in 15 minutes')
    expect(page.html).toContain(`value="${email}"`)
  })

  test('T14: on a device that the owner has used, a stranger’s wrong tries elsewhere lock nobody out', async () => {
    const email = newAddress()
    await member(email)
    const owner = new Visitor(api.app.address)
    expect((await owner.signIn(email, PASSWORD)).status).toBe(200)
    await owner.submit(await owner.get('/'), '/logout')
    await statuses(6, () => signIn(email, 'wrong-password', newClient()))
    expect((await signIn(email, PASSWORD, newClient())).status).toBe(429)
    const page = await owner.submit(await owner.get('/'), '/', { login: email, password: PASSWORD })
    expect(page.status).toBe(303)
  })

  test('the device that was used by one person gives no room to try another’s password', async () => {
    const [mine, theirs] = [newAddress(), newAddress()]
    await member(mine)
    const visitor = new Visitor(api.app.address)
    await visitor.signIn(mine, PASSWORD)
    await visitor.submit(await visitor.get('/'), '/logout')
    await statuses(5, () => signIn(theirs, 'wrong-password', newClient()))
    const page = await visitor.submit(await visitor.get('/'), '/', { login: theirs, password: 'wrong' })
    expect(page.status).toBe(429)
  })

  test('whoever is signed in stays so, whatever others try with the address', async () => {
    const email = newAddress()
    const { access } = await member(email)
    await statuses(6, () => signIn(email, 'wrong-password', newClient()))
    expect((await api.call('GET', '/me', { token: access })).status).toBe(200)
  })

  test('a wrong password is a fact of the history, about a known user only, and tells no password', async () => {
    const email = newAddress()
    await member(email)
    const before = await events('LoginFailed')
    await signIn(email, 'my-secret-mistake', newClient())
    await signIn(newAddress(), 'my-secret-mistake', newClient())
    expect((await events('LoginFailed')) - before).toBe(1)
    const bytes = rawSqlite(api.app.floor)
      .db.prepare("select bytes from events where type = 'LoginFailed' order by position desc limit 1")
      .pluck()
      .get()
    expect(String(bytes)).not.toMatch(/my-secret-mistake|198\.51|example\.org/)
  })
})

describe('clients', () => {
  test.each([
    ['an IPv4 address is itself', '192.0.2.7', '192.0.2.7'],
    ['wrapped in IPv6 it still is', '::ffff:192.0.2.7', '192.0.2.7'],
    ['of IPv6 the first 64 bits count', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['however they are written', '2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['the short form too', '2001:db8::1', '2001:db8:0:0'],
    ['a zone is no part of it', 'fe80::1%eth0', 'fe80:0:0:0'],
    ['a client without an address is one as well', null, 'unknown'],
  ])('T15: %s', (_, ip, client) => expect(clientOf(ip)).toBe(client))

  test('T15: a hundred addresses of one network are one client', async () => {
    const one = (n: number) => signIn(newAddress(), 'wrong-password', `2001:db8:0:7::${n.toString(16)}`)
    expect((await statuses(51, one)).at(-1)).toBe(429)
    expect((await signIn(newAddress(), 'wrong-password', '2001:db8:0:8::1')).status).toBe(401)
  })

  test('T15: what a client forges in front of the proxy’s own entry counts for nothing', async () => {
    const client = newClient()
    const one = (n: number) => signIn(newAddress(), 'wrong-password', `203.0.113.${n}, ${client}`)
    expect((await statuses(51, one)).at(-1)).toBe(429)
  })
})

describe('codes', () => {
  const register = async () => {
    const email = newAddress()
    const answer = await api.call('POST', '/users', { body: { email }, headers: from(newClient()) })
    expect(answer.status).toBe(201)
    const text = (await api.app.mailsTo(email)).at(-1)?.text ?? ''
    const code = /^Code: (\d{6})$/m.exec(text)?.[1] ?? ''
    return { email, code, id: String(answer.body['id']), token: String(answer.body['registrationToken']) }
  }
  const wrong = (code: string, n: number) => String((Number(code) + n + 1) % 1_000_000).padStart(6, '0')

  test('T16, S4-16, W-34: of fifty guesses at once five are judged, and the right code is dead after them', async () => {
    const { id, token, code } = await register()
    const guess = (digits: string) =>
      api.call('PUT', `/users/${id}/email-verification`, {
        token,
        body: { code: digits },
        headers: from(newClient()),
      })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => guess(wrong(code, n))))
    const codes = answers.map(({ body }) => body['code'])
    expect(codes.filter((one) => one === 'code_wrong')).toHaveLength(5)
    expect(codes.filter((one) => one === 'code_locked')).toHaveLength(45)
    expect((await guess(code)).body['code']).toBe('code_locked')
  })

  test('T16: a new code gives no more than ten mails a day, so no more than fifty guesses of a million', async () => {
    const { id, token, email } = await register()
    const again = async () => {
      const answer = await api.call('POST', `/users/${id}/verification-codes`, {
        token,
        headers: from(newClient()),
      })
      await api.app.mailsTo(email)
      return answer
    }
    expect(await statuses(5, again)).toStrictEqual([202, 202, 202, 202, 429])
    const mails = [(await api.app.mailsTo(email)).length]
    for (let hour = 0; hour < 12; hour++) {
      api.app.clock.advance(60 * MINUTE)
      await statuses(6, again)
      mails.push((await api.app.mailsTo(email)).length)
    }
    // The one that was refused within the hour counted towards the day as well.
    expect([mails[0], mails.at(-1)]).toStrictEqual([5, 9])
  })

  test('one client has so many guesses, whoever they are about', async () => {
    const client = newClient()
    const { id, token } = await register()
    const answers = await statuses(61, () =>
      api.call('PUT', `/users/${id}/email-verification`, {
        token,
        body: { code: '000000' },
        headers: from(client),
      }),
    )
    expect(answers.at(-1)).toBe(429)
  })
})

describe('mails that anybody may ask for', () => {
  test('T17: a hundred resets from a hundred places are five mails, and every answer is the same', async () => {
    const email = newAddress()
    await member(email)
    const before = (await api.app.mailsTo(email)).length
    const answers = await statuses(100, () =>
      api.call('POST', '/password-resets', { body: { email }, headers: from(newClient()) }),
    )
    expect(new Set(answers)).toStrictEqual(new Set([202]))
    expect((await api.app.mailsTo(email)).length - before).toBe(5)
  })

  test('T13: that they ran out tells nothing of the address: a registration is then refused for any', async () => {
    const [known, unknown] = [newAddress(), newAddress()]
    await member(known)
    const client = newClient()
    const used = async (email: string) => {
      for (let i = 0; i < 5; i++) {
        await api.call('POST', '/password-resets', { body: { email }, headers: from(newClient()) })
      }
      await api.app.settled()
      const { status, body, headers } = await api.call('POST', '/users', {
        body: { email },
        headers: from(client),
      })
      return [status, body['code'], headers.get('ratelimit')]
    }
    const answer = await used(known)
    expect(answer.slice(0, 2)).toStrictEqual([429, 'too_many_requests'])
    expect(await used(unknown)).toStrictEqual(answer)
  })

  test('one client may ask for so many, whoever they are for', async () => {
    const client = newClient()
    const ask = () =>
      api.call('POST', '/password-resets', { body: { email: newAddress() }, headers: from(client) })
    expect((await statuses(61, ask)).at(-1)).toBe(429)
  })
})

describe('registering, looking up, refreshing, changing', () => {
  test('S4-47: twenty registrations a minute from one place, and room again after it', async () => {
    const client = newClient()
    const one = () => api.call('POST', '/users', { body: { email: newAddress() }, headers: from(client) })
    const answers = await statuses(21, one)
    expect([answers.indexOf(429), answers.length]).toStrictEqual([20, 21])
    api.app.clock.advance(MINUTE)
    expect((await one()).status).toBe(201)
  })

  test('S4-47: wrong passwords of a signed-in person are counted where a password is changed', async () => {
    const email = newAddress()
    const { access } = await member(email)
    const change = (currentPassword: string) =>
      api.call('PUT', '/me/password', {
        token: access,
        body: { currentPassword, newPassword: 'quite-another-horse' },
      })
    expect(new Set(await statuses(5, () => change('wrong-password')))).toStrictEqual(new Set([401]))
    expect((await change(PASSWORD)).status).toBe(429)
  })

  test('refreshing has its room too', async () => {
    const client = newClient()
    const answers = await statuses(121, () =>
      api.call('POST', '/sessions/refresh', { body: { refreshToken: 'nonsense' }, headers: from(client) }),
    )
    expect([answers.indexOf(429), answers[0]]).toStrictEqual([120, 401])
  })
})

describe('where the counters live', () => {
  test('S4-54: a restart forgets none of them', async () => {
    const first = await Api.open({ THROTTLE: 'on' })
    const email = 'admin@example.org'
    const body = { email, password: 'wrong-password' }
    for (let i = 0; i < 5; i++) await first.call('POST', '/sessions', { body })
    await first.app.close()
    const second = await openApp(first.app.floor.settings, {
      log: pino({ level: 'silent' }),
      clock: first.app.clock,
      noWorkers: true,
    })
    try {
      const answer = await fetch(`${second.address}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: ADMIN.password }),
      })
      expect(answer.status).toBe(429)
    } finally {
      await second.close()
      rmSync(first.app.folder, { recursive: true, force: true })
    }
  })
})

describe('with EMAIL_LOOKUP=on', () => {
  let open: Awaited<ReturnType<typeof Api.open>>
  beforeAll(async () => {
    open = await Api.open({ THROTTLE: 'on', EMAIL_LOOKUP: 'on' })
  })
  afterAll(() => open.app.dispose())

  test('strangers look up ten addresses a minute and a hundred a day; admins as many as they like', async () => {
    const look = (token?: string) => open.call('GET', `/users?email=${newAddress()}`, { token })
    const answers: number[] = []
    for (let i = 0; i < 11; i++) answers.push((await look()).status)
    expect(answers).toStrictEqual([...Array<number>(10).fill(404), 429])
    const { accessToken } = await open.signIn()
    expect((await look(accessToken)).status).toBe(404)
  })
})
