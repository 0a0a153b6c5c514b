import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

describe('files for the browser', () => {
  test('are named by their content and may be kept for ever', async () => {
    const { html } = await site.visitor().get('/')
    const files = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThanOrEqual(3)
    for (const path of files) {
      expect(path).toMatch(/^\/assets\/[\w-]+\.[0-9a-f]{8}\.(css|svg|js)$/)
      const file = await site.visitor().get(path)
      expect(file.status).toBe(200)
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(file.headers.get('set-cookie')).toBeNull()
      const type = { css: 'text/css', svg: 'image/svg', js: 'text/javascript' }[path.split('.').at(-1) ?? '']
      expect(file.headers.get('content-type')).toMatch(new RegExp(`^${type}`))
    }
  })

  test('go out compressed to whoever takes them so, and as they are to everybody else; pages never do', async () => {
    const { html, headers } = await site.visitor().get('/')
    expect(headers.get('content-encoding')).toBeNull()
    const path = /href="(\/assets\/app\.[^"]+)"/.exec(html)?.[1] ?? ''
    const ask = (encoding: string) => fetch(site.address + path, { headers: { 'accept-encoding': encoding } })
    const [small, plain] = [await ask('gzip, br'), await ask('identity')]
    expect([small, plain].map((answer) => answer.headers.get('content-encoding'))).toStrictEqual([
      'gzip',
      null,
    ])
    expect([small, plain].map((answer) => answer.headers.get('vary'))).toStrictEqual([
      'Accept-Encoding',
      'Accept-Encoding',
    ])
    expect(Number(small.headers.get('content-length')) * 2).toBeLessThan(
      Number(plain.headers.get('content-length')),
    )
    expect(await small.text()).toBe(await plain.text())
  })

  test('are not found under a digest that is not theirs', async () => {
    const { html } = await site.visitor().get('/')
    const css = /href="(\/assets\/[^"]+\.css)"/.exec(html)?.[1] ?? ''
    expect((await site.visitor().get(css.replace(/[0-9a-f]{8}/, '00000000'))).status).toBe(404)
    expect((await site.visitor().get('/assets/..%2f..%2fserver.ts')).status).toBe(404)
  })

  test('the style sheets go out as one, in the order of their names', async () => {
    const { html } = await site.visitor().get('/')
    const css = await site.visitor().get(/href="(\/assets\/app\.[^"]+)"/.exec(html)?.[1] ?? '')
    expect(css.html.indexOf(':root')).toBeLessThan(css.html.indexOf('.card'))
    expect(css.html.indexOf('.card')).toBeLessThan(css.html.indexOf('@media print'))
  })

  test.each(['/favicon.svg', '/favicon.ico'])('%s is the key', async (path) => {
    const icon = await site.visitor().get(path)
    expect([icon.status, icon.headers.get('content-type')]).toStrictEqual([200, 'image/svg+xml'])
    expect(icon.html).toContain('<title>Latchkey</title>')
  })

  test('robots are asked to stay outside', async () => {
    const robots = await site.visitor().get('/robots.txt')
    expect([robots.status, robots.html]).toStrictEqual([200, 'User-agent: *\nDisallow: /\n'])
  })
})

test('pages carry the strict policy that their own files were made for', async () => {
  const { headers } = await site.visitor().get('/')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe-inline')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})
