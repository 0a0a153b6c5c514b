import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** What somebody who looks at a page feels of it, in milliseconds. */
export type Look = {
  /** From asking for it until everything of it is there. */
  readonly loaded: number
  /** How long the page was deaf at most, while it was loaded and while it was scrolled to its end. */
  readonly longestTask: number
  /** The longest time between two pictures while it was scrolled to its end. */
  readonly longestFrame: number
  readonly elements: number
}

/** Looks at pages in a real browser, each so many times, as whoever the cookies sign in. */
export const lookAt = async (
  base: string,
  cookies: string,
  paths: readonly string[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Look[]>> => {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  try {
    const context = await browser.newContext({ baseURL: base, userAgent: 'bench' })
    await context.addInitScript({ path: join(import.meta.dirname, 'looking-page.js') })
    await context.addCookies(
      cookies.split('; ').map((cookie) => {
        const [name = '', ...value] = cookie.split('=')
        return { name, value: value.join('='), url: base }
      }),
    )
    const looks = new Map<string, Look[]>()
    for (const path of paths) {
      const felt: Look[] = []
      for (let round = 0; round < rounds; round++) {
        const page = await context.newPage()
        const answer = await page.goto(path, { waitUntil: 'load' })
        if (answer?.status() !== 200) throw new Error(`${path} answered ${answer?.status()}`)
        felt.push(await page.evaluate<Look>('lookThrough()'))
        await page.close()
      }
      looks.set(path, felt)
    }
    return looks
  } finally {
    await browser.close()
  }
}
