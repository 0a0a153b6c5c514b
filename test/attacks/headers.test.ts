import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageRoutes } from '../http/pages/routes.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import { ask } from '../http/server/ask.ts'
import { type Scene, setScene } from './scene.ts'

let site: Site
let scene: Scene
beforeAll(async () => {
  site = await openSite({ DEV_MAILBOX: 'on' })
  scene = await setScene(site, await site.signedInAdmin())
})
afterAll(() => site.dispose())

/** The same for everybody, so that caches may keep them. */
const PUBLIC = new Set(['/docs', '/docs/events', '/docs/refusals'])
/** Addresses that open something: no other site may learn them. */
const SECRET = /^\/(?:invites|sign-in|verify|password\/reset)\/:token|^\/mailbox\/:address/

describe('every page', () => {
  test('T50: T26: T33: is kept by no cache, framed by nobody, sniffed at by nothing, and says what it is', async () => {
    for (const { path } of pageRoutes(site.house).filter(
      (one) => one.method === 'GET' && !one.path.endsWith('/live'),
    ))
      for (const who of ['admin', 'user', 'anonymous'] as const) {
        const { headers, status, html } = await scene.visitors[who].get(scene.concrete(path))
        const where = `${path} as ${who}`
        const policy = headers.get('content-security-policy') ?? ''
        expect(policy, where).toContain("default-src 'none'")
        expect(policy, where).toContain("frame-ancestors 'none'")
        expect(policy, where).not.toMatch(/unsafe-eval|script-src[^;]*(?:unsafe-inline|data:|https?:|\*)/)
        if (policy.includes('unsafe-inline')) expect(policy, where).toContain('sandbox')
        expect(headers.get('x-content-type-options'), where).toBe('nosniff')
        expect(headers.get('x-frame-options'), where).toBe('DENY')
        expect(headers.get('cross-origin-opener-policy'), where).toBe('same-origin')
        expect(headers.get('access-control-allow-origin'), where).toBeNull()
        expect([headers.get('server'), headers.get('x-powered-by')], where).toStrictEqual([null, null])
        const isSecret = SECRET.test(path) && status !== 303
        expect(headers.get('referrer-policy'), where).toBe(
          isSecret ? 'no-referrer' : 'strict-origin-when-cross-origin',
        )
        if (!PUBLIC.has(path)) expect(headers.get('cache-control'), where).toContain('no-store')
        if (html !== '') expect(headers.get('content-type'), where).toMatch(/; charset=utf-8$/)
        for (const cookie of headers.getSetCookie()) {
          expect(cookie, where).toMatch(/; httponly/i)
          expect(cookie, where).toMatch(/; samesite=lax/i)
          expect(cookie, where).not.toMatch(/; domain=/i)
        }
      }
  })
})

describe('the protocol', () => {
  test('ASVS 13.4.4: TRACE and its like are refused', async () => {
    for (const method of ['TRACE', 'TRACK', 'PROPFIND', 'COPY']) {
      const { status, body } = await ask(site.address, '/', { cookie: 'sid=secret' }, method).catch(() => ({
        status: 400,
        body: '',
      }))
      expect([method, status !== undefined && status >= 400 && status < 502]).toStrictEqual([method, true])
      expect(body).not.toContain('secret')
    }
  })

  test('ASVS 13.4.1, 13.4.3: files of the house are not served, nor lists of files', async () => {
    for (const path of [
      '/.git/config',
      '/.env',
      '/package.json',
      '/data/latchkey.db',
      '/assets/',
      '/public/',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/src/main.ts',
      '/server-status',
      '/metrics',
    ]) {
      const { status, body } = await ask(site.address, path, {})
      expect([path, status]).toStrictEqual([path, 404])
      expect(body).not.toMatch(/dependencies|\[core\]|SQLite/)
    }
  })
})
