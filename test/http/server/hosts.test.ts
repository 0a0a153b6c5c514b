import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../../support/admin.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { ask } from './ask.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

describe('the Host', () => {
  const hostOf = async (base: string, host: string) => (await ask(base, '/api/v1/me', { host })).status

  test('of PUBLIC_URL and of this machine is answered, any other is sent away', async () => {
    const { port } = new URL(app.address)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`])
      expect([host, await hostOf(app.address, host)]).toStrictEqual([host, 401])
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '192.0.2.1',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ])
      expect([host, await hostOf(app.address, host)]).toStrictEqual([host, 421])
  })

  test('a foreign one is told why', async () => {
    const { body } = await ask(app.address, '/api/v1/me', { host: 'evil.example' })
    expect((JSON.parse(body) as { code: string }).code).toBe('misdirected_request')
    expect(body).not.toContain('evil')
  })

  test('health is asked under any name: probes know none', async () => {
    expect((await ask(app.address, '/livez', { host: 'probe.internal' })).status).toBe(200)
  })

  test('where the service listens everywhere and no PUBLIC_URL is set, any address will do, but no name', async () => {
    const everywhere = await openTestApp({ HOST: '0.0.0.0' })
    const base = everywhere.address.replace('0.0.0.0', '127.0.0.1')
    try {
      expect(await hostOf(base, '192.0.2.1:3000')).toBe(401)
      expect(await hostOf(base, '[2001:db8::1]:3000')).toBe(401)
      expect(await hostOf(base, 'evil.example')).toBe(421)
    } finally {
      await everywhere.dispose()
    }
  })

  test('forwarded names are never believed', async () => {
    const { status } = await ask(app.address, '/api/v1/me', {
      host: 'evil.example',
      'x-forwarded-host': 'localhost',
    })
    expect(status).toBe(421)
  })
})

describe('the address of the caller', () => {
  const login = async ({ address, floor }: TestApp, forwarded: string) => {
    await fetch(`${address}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
      body: JSON.stringify(ADMIN),
    })
    const user = await floor.reads.users.byEmail(ADMIN.email)
    return (await floor.reads.sessions.ofUser(user?.id ?? '', 1))[0]?.ip
  }

  test('is the connection’s own where no proxy is trusted', async () => {
    expect(await login(app, '203.0.113.7')).toMatch(/127\.0\.0\.1$/)
  })

  test.each([
    ['one proxy', '1', '203.0.113.7'],
    ['two proxies', '2', '198.51.100.9'],
  ])('is what the outermost of %s has seen, not what the caller claims', async (_, hops, ip) => {
    const proxied = await openTestApp({ TRUST_PROXY: hops })
    try {
      await enrolAdmin(proxied.floor)
      expect(await login(proxied, '192.0.2.66, 198.51.100.9, 203.0.113.7')).toBe(ip)
    } finally {
      await proxied.dispose()
    }
  })
})
