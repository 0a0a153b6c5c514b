import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

describe('a page that cannot be shown', () => {
  test.each([
    ['GET', '/nothing/here', 404, 'There is nothing at this address.'],
    ['DELETE', '/admin', 405, 'This address does not take this method.'],
    ['GET', '/logout', 405, 'This address does not take this method.'],
  ])('%s %s says so, and leads on', async (method, path, status, said) => {
    const page = await site.visitor().request(method, path)
    expect(page.status).toBe(status)
    expect(page.html).toContain(said)
    expect(page.html).toContain('href="/"')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  test('because a form was too large says what fits, and reads no further', async () => {
    const answer = await site.visitor().post('/', { login: 'x'.repeat(20_000) })
    expect(answer.status).toBe(413)
    expect(answer.html).toContain('That is more than fits here.')
  })

  test('is a document for programs, that say they want one', async () => {
    const answer = await site
      .visitor()
      .request('GET', '/nothing', { headers: { accept: 'application/json' } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(JSON.parse(answer.html)).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('because something broke says nothing of it but a number to ask about', async () => {
    const broken = await openSite()
    const { reads } = broken.house
    const whole = reads.users.list
    try {
      const admin = await broken.signedInAdmin()
      Object.assign(reads.users, { list: () => Promise.reject(new Error('secret detail')) })
      const page = await admin.get('/admin/users')
      expect(page.status).toBe(500)
      expect(page.html).not.toContain('secret detail')
      expect(page.html).toContain(page.headers.get('x-request-id') ?? 'no id')
      expect(page.html).toContain('href="/admin/users"')
    } finally {
      Object.assign(reads.users, { list: whole })
      await broken.dispose()
    }
  })

  test('under a name that is not ours is refused, also where cookies want TLS', async () => {
    const secure = await openSite({ PUBLIC_URL: 'https://id.example.org' })
    try {
      // `fetch` keeps the name of the host to itself, so this is asked for with bare hands.
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { host: 'evil.example', accept: 'text/html' }
        get(secure.address, { headers }, (response) => resolve(response.resume().statusCode)).on(
          'error',
          reject,
        )
      })
      expect(status).toBe(421)
    } finally {
      await secure.dispose()
    }
  })
})
