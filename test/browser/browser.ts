import { existsSync, mkdirSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { ADMIN } from '../support/admin.ts'
import { CHROMIUM, openBrowser } from '../support/chromium.ts'

export { openBrowser }

const isThere = existsSync(CHROMIUM)
if (!isThere)
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM}; CHROMIUM_PATH names another one.`)

/** For tests that need a real browser: skipped, and said so, where there is none. */
export const describeInBrowser = describe.skipIf(!isThere)

export const WIDE = { width: 1280, height: 900 }
export const NARROW = { width: 360, height: 740 }

/** A browser of its own for somebody; every page that breaks the content security policy or throws fails the test. */
export const openProfile = async (
  browser: Browser,
  baseURL: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> => {
  const context = await browser.newContext({ baseURL, viewport: WIDE, locale: 'en', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A page that answers 4xx is logged as an error too; that is what some of these tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return { context, page, complaints }
}

export const signIn = async (page: Page, { email, password } = ADMIN): Promise<void> => {
  await page.goto('/')
  await page.locator('[name=login]').fill(email)
  await page.locator('[name=password]').fill(password)
  await page.locator('main button[type=submit]').click()
  await page.waitForURL((url) => url.pathname === '/' || url.pathname === '/password/change')
}

/** Goes on by Tab alone until something has the focus; fails if it can't be come to. */
export const pressTab = async (page: Page, until: string): Promise<void> => {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), until)) return
  }
  throw new Error(`${until} cannot be reached by keyboard`)
}

/** Nothing that axe finds wrong, by any of its rules. */
export const expectAccessible = async (page: Page, where: string): Promise<void> => {
  // Legacy mode leaves out frames from elsewhere, of which there are none here, and saves a blank page each time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(found, where).toStrictEqual([])
}

/** Nothing sticks out: a page that scrolls sideways is unreadable on a telephone. */
export const expectNoSidewaysScroll = async (page: Page, where: string): Promise<void> => {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ])
  expect(content, where).toBe(window)
}

/** Keeps a picture of the page in `artifacts/` for people to look at, when SCREENSHOTS=1 asks for it. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (process.env['SCREENSHOTS'] !== '1') return
  mkdirSync('artifacts', { recursive: true })
  await page.screenshot({ path: `artifacts/${name}.png`, fullPage: true })
}
