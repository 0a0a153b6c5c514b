import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../support/house.ts'
import {
  closeProfiles,
  describeInBrowser,
  expectAccessible,
  expectNoSidewaysScroll,
  expectZoomable,
  NARROW,
  openBrowser,
  openProfile,
  picture,
  WIDE,
} from './browser.ts'

/** A page in one of its states, who sees it, and how they come to see it. */
export type Walk<Who extends string> = {
  readonly name: string
  readonly who: Who
  readonly go: (page: Page) => Promise<unknown>
  /** Made of the same parts as another one, with other words in them: axe has said of that one what it has to say. */
  readonly isTwin?: boolean
}

export const goTo = (path: string | (() => string)) => (page: Page) =>
  page.goto(typeof path === 'string' ? path : path())

/** Sends a form as it is, past the checks that the browser itself would make. */
export const sendUnchecked = (action: string) => (page: Page) =>
  Promise.all([
    page.waitForEvent('load'),
    page
      .locator(`form[method="post"][action="${action}"]`)
      .evaluate((form: HTMLFormElement) => form.submit()),
  ])

const looks = [
  { theme: 'light', locale: 'en', viewport: WIDE },
  { theme: 'dark', locale: 'ru', viewport: NARROW },
  // The other half is for eyes: it differs in nothing that a rule could find.
  ...(process.env['SCREENSHOTS'] === '1'
    ? ([
        { theme: 'dark', locale: 'ru', viewport: WIDE },
        { theme: 'light', locale: 'en', viewport: NARROW },
      ] as const)
    : []),
] as const

/** Walks through pages in both themes, languages and widths: each is accessible, and none sticks out or complains. */
export const describePages = <Who extends string>(
  title: string,
  town: {
    readonly open: () => Promise<TestApp>
    /** How each of them signs in; null for who does not. Done once a person: a first password works once. */
    readonly people: Readonly<Record<Who, ((page: Page) => Promise<unknown>) | null>>
    readonly walks: readonly Walk<Who>[]
  },
): void => {
  const everybody = Object.keys(town.people) as Who[]

  describeInBrowser(title, () => {
    let app: TestApp
    let browser: Browser
    beforeAll(async () => {
      app = await town.open()
      browser = await openBrowser()
    })
    afterAll(async () => {
      await closeProfiles()
      await app?.dispose()
    })

    const cookies = new Map<Who, Awaited<ReturnType<BrowserContext['cookies']>>>()
    const profileOf = async (who: Who, options: Parameters<typeof openProfile>[2], language: string) => {
      const profile = await openProfile(browser, app.address, options)
      const signIn = town.people[who]
      if (!signIn) return profile
      const known = cookies.get(who)
      if (known) await profile.context.addCookies(known)
      else await signIn(profile.page)
      cookies.set(
        who,
        (await profile.context.cookies()).filter(({ name }) => name === 'sid'),
      )
      await profile.page.goto(`/?lang=${language}`)
      return profile
    }

    test.each(looks.flatMap((look) => everybody.map((who) => ({ ...look, who }))))(
      'is accessible, in $theme, in $locale, $viewport.width pixels wide, for $who',
      async ({ theme, locale, viewport, who }) => {
        const options = { colorScheme: theme, locale, viewport }
        const { context, page, complaints } = await profileOf(who, options, locale)
        for (const walk of town.walks.filter((one) => one.who === who)) {
          await walk.go(page)
          const where = `${walk.name} ${theme} ${locale} ${viewport.width}`
          await picture(page, `${walk.name}-${viewport.width}-${theme}-${locale}`)
          expect(await page.locator('html').getAttribute('lang'), where).toBe(locale)
          await expectNoSidewaysScroll(page, where)
          if (!walk.isTwin) await expectAccessible(page, where)
          if (viewport === NARROW) await expectZoomable(page, where)
          expect(complaints, where).toStrictEqual([])
        }
        await context.close()
      },
      180_000,
    )
  })
}
