import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { registered, relyingParty } from '../support/relying-party.ts'
import {
  closeProfiles,
  describeInBrowser,
  expectAccessible,
  expectNoSidewaysScroll,
  NARROW,
  openBrowser,
  openProfile,
  picture,
  signIn,
} from './browser.ts'

let app: TestApp
let browser: Browser
let stranger: Server
let callback: string

describeInBrowser('applications of others in a real browser', () => {
  beforeAll(async () => {
    app = await openTestApp()
    await enrolAdmin(app.floor)
    browser = await openBrowser()
    stranger = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end('<!doctype html><title>Example App</title><p>Welcome to the application.')
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    callback = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/callback`
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
    stranger?.close()
  })

  test.each([true, false])(
    'somebody signs in to one with us; with scripts: %s',
    async (javaScriptEnabled) => {
      const client = await registered(app, { redirectUris: [callback] })
      const party = await relyingParty(app, client)
      const { path } = await party.begin({ redirect_uri: callback })
      const { context, page, complaints } = await openProfile(browser, app.address, { javaScriptEnabled })
      await page.goto(path)
      await page.locator('[name=login]').fill(ADMIN.email)
      await page.locator('[name=password]').fill(ADMIN.password)
      await page.locator('main button[type=submit]').click()
      await page.waitForURL(/\/interaction\//)
      expect(await page.locator('main').textContent()).toContain('Example App')
      // The form leads to another origin by way of ours: the policy of the page has to let it.
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await page.waitForURL((url) => url.href.startsWith(callback))
      expect(await page.locator('p').textContent()).toBe('Welcome to the application.')
      expect(new URL(page.url()).searchParams.has('code')).toBe(true)
      expect(complaints).toStrictEqual([])
      await context.close()
    },
  )

  test('the page that asks, and those that look after applications, can be used by everybody, on a telephone too', async () => {
    const client = await registered(app, {
      redirectUris: [callback, 'https://a-rather-long-name.example/a/b/c'],
    })
    const { path } = await (await relyingParty(app, client)).begin({ redirect_uri: callback })
    for (const viewport of [undefined, NARROW]) {
      const { context, page } = await openProfile(browser, app.address, viewport ? { viewport } : {})
      const size = viewport ? 'narrow' : 'wide'
      await signIn(page)
      for (const [name, url] of [
        ['consent', path],
        ['clients', '/admin/clients'],
        ['client', `/admin/clients/${client.clientId}`],
      ] as const) {
        await page.goto(url)
        await expectAccessible(page, `${name} ${size}`)
        await expectNoSidewaysScroll(page, `${name} ${size}`)
        await picture(page, `${name}-${size}`)
      }
      await page.goto('/admin/clients')
      await page.getByLabel('Name').fill('Another App')
      await page.getByLabel('Redirect URIs').fill(callback)
      await page.getByRole('button', { name: 'Register' }).click()
      await expectAccessible(page, `registered ${size}`)
      await expectNoSidewaysScroll(page, `registered ${size}`)
      await picture(page, `registered-${size}`)
      await context.close()
    }
  })
})
