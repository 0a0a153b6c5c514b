import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, WIDE } from './browser.ts'

let app: TestApp
let browser: Browser

describeInBrowser('Swagger UI', () => {
  beforeAll(async () => {
    app = await openTestApp()
    await enrolAdmin(app.floor)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  test('S2-15 “Authorize” takes address and password, and the calls that follow are signed in', async () => {
    const { context, page } = await openProfile(browser, app.address, { viewport: WIDE })
    await page.goto('/docs/api')
    await page.locator('.auth-wrapper .authorize').first().click()
    const form = page.locator('.auth-container', { hasText: 'OAuth2, password' })
    await form.locator('#oauth_username').fill(ADMIN.email)
    await form.locator('#oauth_password').fill(ADMIN.password)
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
    await form.getByRole('button', { name: 'Remove authorization' }).waitFor()
    await page.locator('.close-modal').click()

    const operation = page.locator('#operations-me-getMe')
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table .response').first()
    await answer.waitFor()
    expect(await answer.locator('.response-col_status').innerText()).toContain('200')
    expect(await answer.innerText()).toContain(ADMIN.email)
    await context.close()
  }, 60_000)
})
