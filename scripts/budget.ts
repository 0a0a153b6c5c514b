// npm run budget: every page as it is seen first, in a real browser with an empty cache. Prints what each one transfers
// and how it comes up, and fails above the budget. With --markdown the same as a table for docs/budget.md.
import type { Browser, BrowserContext } from 'playwright-core'
import { openBrowser } from '../test/support/chromium.ts'
import { ADMIN, type Demo, openDemo } from './demo.ts'

const MOST_BYTES = 60 * 1024
const MOST_SHIFT = 0.1
/** Swagger UI is a program of its own that has this size; whoever reads the API's document needs it only to try calls. */
const MOST_BYTES_OF: Readonly<Record<string, number>> = { '/docs/api': 900 * 1024 }
/** What comes late: fonts, a first event of a stream, a chart that is drawn when all else is there. */
const SETTLES_MS = 250

type View = {
  readonly page: string
  readonly bytes: number
  readonly requests: number
  readonly paintMs: number
  readonly shift: number
  readonly longTasks: number
}

/** An id, a position, a token, an address, or the name of a mail and its language. */
const IS_ONE_OF_MANY = /^\d+$|^[\dA-Z]{26}$|^[\dA-Z]{16}$|^([\dA-Z]{4}-){3}|^[\w-]{40,}$|^•+$|@|^(en|ru)$/

/** One address may stand for a thousand: what differs only by such a part is the same page. */
const pageOf = (path: string): string =>
  path
    .split('/')
    .map((part) => (IS_ONE_OF_MANY.test(decodeURIComponent(part)) ? '…' : part))
    .join('/')

const cookiesOf = async (browser: Browser, { app }: Demo) => {
  const context = await browser.newContext({ baseURL: app.address })
  const page = await context.newPage()
  await page.goto('/')
  await page.locator('[name=login]').fill(ADMIN.email)
  await page.locator('[name=password]').fill(ADMIN.password)
  await page.locator('main button[type=submit]').click()
  await page.waitForURL('/')
  const cookies = await context.cookies()
  await context.close()
  return cookies
}

/** Runs in the page before anything of it does. Node's types, which hold here, know none of what only browsers measure. */
const watch = () => {
  const seen = { shift: 0, longTasks: 0 }
  Object.assign(globalThis, { seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value
  }).observe({ type: 'layout-shift' as 'mark', buffered: true })
  new PerformanceObserver((list) => {
    seen.longTasks += list.getEntries().length
  }).observe({ type: 'longtask' as 'mark', buffered: true })
}

const read = () => ({
  ...(globalThis as unknown as { seen: { shift: number; longTasks: number } }).seen,
  paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
})

/** The first view of a page, and where its links lead; null for what is no page but a file. */
const look = async (
  context: BrowserContext,
  path: string,
): Promise<{ view: View; links: readonly string[] } | null> => {
  const page = await context.newPage()
  const network = await context.newCDPSession(page)
  let [bytes, requests] = [0, 0]
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
    requests++
  })
  await network.send('Network.enable')
  await page.addInitScript(watch)
  const answer = await page.goto(path).catch(() => null)
  if (!answer?.headers()['content-type']?.startsWith('text/html')) return null
  await page.waitForTimeout(SETTLES_MS)
  const links = await page
    .locator('a[href]:not([download])')
    .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href))
  return { view: { page: pageOf(path), bytes, requests, ...(await page.evaluate(read)) }, links }
}

/** From some pages to all that are linked from them, each in a browser that has seen none of them before. */
const walk = async (
  browser: Browser,
  { app }: Demo,
  from: readonly string[],
  cookies: Awaited<ReturnType<BrowserContext['cookies']>>,
): Promise<View[]> => {
  const waiting = [...from]
  const known = new Set(from.map(pageOf))
  const views: View[] = []
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const context = await browser.newContext({ baseURL: app.address, locale: 'en' })
    await context.addCookies(cookies)
    const looked = await look(context, path)
    await context.close()
    if (!looked) continue
    views.push(looked.view)
    for (const link of looked.links) {
      const { origin, pathname } = new URL(link)
      if (origin !== app.address || known.has(pageOf(pathname))) continue
      known.add(pageOf(pathname))
      waiting.push(pathname)
    }
  }
  return views
}

const isAbove = ({ page, bytes, shift }: View): boolean =>
  bytes > (MOST_BYTES_OF[page] ?? MOST_BYTES) || shift > MOST_SHIFT

const demo = await openDemo()
const browser = await openBrowser()
try {
  const asGuest = await walk(
    browser,
    demo,
    ['/', demo.openInvite, demo.deadInvite, demo.referralLink, '/register', '/there/is/nothing/here'],
    [],
  )
  const asAdmin = await walk(browser, demo, ['/'], await cookiesOf(browser, demo))
  const seen = new Set(asAdmin.map(({ page }) => page))
  const views = [
    ...asGuest
      .filter(({ page }) => page === '/' || !seen.has(page))
      .map((view) => (view.page === '/' ? { ...view, page: '/ (signed out)' } : view)),
    ...asAdmin,
  ].toSorted((a, b) => b.bytes - a.bytes)

  const cells = ({ page, bytes, requests, paintMs, shift, longTasks }: View) => [
    page,
    (bytes / 1024).toFixed(1),
    String(requests),
    paintMs.toFixed(0),
    shift.toFixed(3),
    String(longTasks),
  ]
  const head = ['page', 'KB', 'requests', 'paint ms', 'shift', 'long tasks']
  if (process.argv.includes('--markdown')) {
    console.log(`| ${head.join(' | ')} |\n| --- | --: | --: | --: | --: | --: |`)
    for (const view of views) console.log(`| ${cells(view).join(' | ')} |`)
  } else {
    for (const row of [head, ...views.map(cells)])
      console.log(row.map((cell, n) => (n === 0 ? cell.padEnd(40) : cell.padStart(12))).join(''))
  }
  const above = views.filter(isAbove)
  for (const { page } of above) console.error(`above the budget: ${page}`)
  process.exitCode = above.length > 0 ? 1 : 0
} finally {
  await browser.close()
  await demo.app.dispose()
}
