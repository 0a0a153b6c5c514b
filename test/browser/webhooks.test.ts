import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
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
let receiver: Receiver

describeInBrowser('webhooks in a real browser', () => {
  beforeAll(async () => {
    app = await openTestApp()
    await enrolAdmin(app.floor)
    browser = await openBrowser()
    receiver = await openReceiver()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
    await receiver?.close()
  })

  test('an admin registers one, tries it out, has it wait, and removes it; on a telephone too', async () => {
    for (const viewport of [undefined, NARROW]) {
      const { context, page } = await openProfile(browser, app.address, viewport ? { viewport } : {})
      const size = viewport ? 'narrow' : 'wide'
      const look = async (name: string) => {
        await expectAccessible(page, `${name} ${size}`)
        await expectNoSidewaysScroll(page, `${name} ${size}`)
        await picture(page, `${name}-${size}`)
      }
      await signIn(page)
      await page.goto('/admin/webhooks')
      await page.getByText('Choose events').click()
      await look('webhooks')
      await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url)
      await page.getByLabel('InviteRedeemed').check()
      await page.getByRole('button', { name: 'Register' }).click()
      await look('webhook-secret')
      await page.getByRole('link', { name: 'To the webhook' }).click()
      await page.getByRole('button', { name: 'Send a test' }).click()
      await page.getByText('The test arrived.').waitFor()
      await look('delivery')
      await page.getByRole('link', { name: 'To the webhook' }).click()
      await look('webhook')
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByText('The webhook is paused.').waitFor()
      await page.locator('summary', { hasText: 'Remove' }).click()
      await page.getByRole('button', { name: 'Yes, remove' }).click()
      await page.getByText('The webhook was removed.').waitFor()
      await context.close()
    }
    expect(receiver.received.map(({ message }) => message.type)).toStrictEqual(['Test', 'Test'])
  }, 120_000)
})
