import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { ADMIN } from '../support/admin.ts'
import { CHROMIUM, openBrowser as launch } from '../support/chromium.ts'

const isThere = existsSync(CHROMIUM)
if (!isThere)
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM}; CHROMIUM_PATH names another one.`)

/** For tests that need a real browser: skipped, and said so, where there is none. */
export const describeInBrowser = describe.skipIf(!isThere)

export const WIDE = { width: 1280, height: 900 }
export const NARROW = { width: 360, height: 740 }

let shared: Promise<Browser> | undefined

/** One browser for all that this process tests, which ends with it: to start one takes longer than most tests. */
export const openBrowser = async (): Promise<Browser> => {
  if (!shared || !(await shared).isConnected()) shared = launch()
  return shared
}

const profiles = new Set<BrowserContext>()

/** Nobody is left who looks at a service that is about to stop. */
export const closeProfiles = async (): Promise<void> => {
  for (const context of profiles) await context.close()
  profiles.clear()
}

/** A browser of its own for somebody; every page that breaks the content security policy or throws fails the test. */
export const openProfile = async (
  browser: Browser,
  baseURL: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> => {
  const context = await browser.newContext({ baseURL, viewport: WIDE, locale: 'en', ...options })
  context.once('close', () => profiles.delete(context))
  profiles.add(context)
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

/** Axe as a page runs it. Its package for Playwright sends a script of twice this size into each page twice. */
const AXE = `${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')};void 0`

/** Nothing that axe finds wrong, by any of its rules. */
export const expectAccessible = async (page: Page, where: string): Promise<void> => {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof Axe }
    // What is as it should be is of no interest here, and would be described at length. Style sheets are looked into
    // for one rule only, about pages that hold the screen upright, and would be asked for again each time.
    const { violations } = await axe.run({ resultTypes: ['violations'], preload: false })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
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

/** What is left of a wide window at 200 %. */
const ZOOMED = { width: WIDE.width / 2, height: WIDE.height / 2 }

/** Nothing sticks out at 200 %, where words may be long and the telephone's arrangement does not hold yet. */
export const expectZoomable = async (page: Page, where: string): Promise<void> => {
  const before = page.viewportSize() ?? NARROW
  await page.setViewportSize(ZOOMED)
  await expectNoSidewaysScroll(page, `${where}, at 200 %`)
  await page.setViewportSize(before)
}

/** Which pictures are kept: `1` whole pages in every theme, width and language, `small` what is seen first of those walked anyway. */
const PICTURES = process.env['SCREENSHOTS']

/** Keeps a picture of the page in `artifacts/` for people to look at, when SCREENSHOTS asks for it. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (PICTURES !== '1' && PICTURES !== 'small') return
  mkdirSync('artifacts', { recursive: true })
  await page.screenshot(
    PICTURES === '1'
      ? { path: `artifacts/${name}.png`, fullPage: true }
      : { path: `artifacts/${name}.jpg`, type: 'jpeg', quality: 60 },
  )
}
