import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

test('Swagger UI comes from here alone: every script and style has an address of ours, nothing is inline', async () => {
  const page = await fetch(`${app.address}/docs/api`)
  expect(page.status).toBe(200)
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:/)
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(files.length).toBeGreaterThan(3)
  for (const path of files) {
    const file = await fetch(app.address + path)
    expect([path, file.status]).toStrictEqual([path, 200])
    expect(file.headers.get('content-security-policy')).toContain("script-src 'self'")
  }
})

test('it reads our description and asks no validator elsewhere', async () => {
  const start = await (await fetch(`${app.address}/docs/api/start.js`)).text()
  expect(start).toContain("url: '/api/v1/openapi.json'")
  expect(start).toContain('validatorUrl: null')
})

test('it may be cached: it is the same for everybody', async () => {
  const { headers } = await fetch(`${app.address}/docs/api/swagger-ui-bundle.js`)
  expect(headers.get('cache-control')).toBe('public, max-age=3600')
  expect(headers.getSetCookie()).toStrictEqual([])
})

test('S2-41 /docs leads to it, and it back', async () => {
  const page = await fetch(`${app.address}/docs`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<a href="/docs/api">API</a>')
  expect(await (await fetch(`${app.address}/docs/api`)).text()).toContain('<a href="/docs">')
})
