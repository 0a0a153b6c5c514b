import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import {
  describeInBrowser,
  expectAccessible,
  expectNoSidewaysScroll,
  NARROW,
  openBrowser,
  openProfile,
  picture,
  signIn,
  WIDE,
} from './browser.ts'
import { NEWCOMER, settle, type Town } from './town.ts'

type Who = 'stranger' | 'admin' | 'newcomer'
type Walk = { readonly name: string; readonly who: Who; readonly go: (page: Page) => Promise<unknown> }

let app: TestApp
let town: Town
let browser: Browser

const open = (path: string | (() => string)) => (page: Page) =>
  page.goto(typeof path === 'string' ? path : path())

/** Sends a form as it is, past the checks that the browser itself would make. */
const sendUnchecked = (action: string) => (page: Page) =>
  Promise.all([
    page.waitForEvent('load'),
    page.locator(`form[action="${action}"]`).evaluate((form: HTMLFormElement) => form.submit()),
  ])

const walks: readonly Walk[] = [
  { name: 'sign-in', who: 'stranger', go: open('/') },
  {
    name: 'sign-in-empty',
    who: 'stranger',
    go: async (page) => {
      await page.goto('/')
      await sendUnchecked('/')(page)
    },
  },
  {
    name: 'sign-in-wrong',
    who: 'stranger',
    go: (page) => signIn(page, { email: ADMIN.email, password: 'not-my-password' }),
  },
  { name: 'invite-open', who: 'stranger', go: open(() => town.links.open) },
  { name: 'invite-redeemed', who: 'stranger', go: open(() => town.links.redeemed) },
  { name: 'invite-revoked', who: 'stranger', go: open(() => town.links.revoked) },
  { name: 'invite-expired', who: 'stranger', go: open(() => town.links.expired) },
  { name: 'invite-replaced', who: 'stranger', go: open(() => town.links.replaced) },
  { name: 'invite-unknown', who: 'stranger', go: open('/invites/cut-off') },
  { name: 'sign-in-link', who: 'stranger', go: open(() => town.signInLink) },
  { name: 'sign-in-link-unknown', who: 'stranger', go: open('/sign-in/cut-off') },
  { name: 'not-found', who: 'stranger', go: open('/there/is/nothing/here') },
  { name: 'mailbox', who: 'stranger', go: open('/mailbox') },
  { name: 'mailbox-address', who: 'stranger', go: open(`/mailbox/${NEWCOMER.email}`) },
  { name: 'first-password', who: 'newcomer', go: open('/') },
  { name: 'home', who: 'admin', go: open('/') },
  { name: 'password', who: 'admin', go: open('/password/change') },
  {
    name: 'password-empty',
    who: 'admin',
    go: async (page) => {
      await page.goto('/password/change')
      await sendUnchecked('/password/change')(page)
    },
  },
  { name: 'invite-other', who: 'admin', go: open(() => town.links.open) },
  { name: 'admin', who: 'admin', go: open('/admin') },
  {
    name: 'admin-empty',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin')
      await sendUnchecked('/admin')(page)
    },
  },
  { name: 'admin-invites', who: 'admin', go: open('/admin/invites') },
  {
    name: 'admin-invites-many',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/invites')
      await page.locator('#many summary').click()
      await page.locator('#addresses').fill('one@example.org\nno-address\nadmin@example.org')
      await Promise.all([page.waitForEvent('load'), page.locator('#many button').click()])
    },
  },
  {
    name: 'admin-invites-revoke',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/invites?state=open&search=hopper')
      await page.locator('td summary').click()
    },
  },
  { name: 'admin-invites-none', who: 'admin', go: open('/admin/invites?search=nobody-of-that-name') },
  { name: 'admin-users', who: 'admin', go: open('/admin/users') },
  { name: 'admin-user', who: 'admin', go: open(() => `/admin/users/${town.memberId}`) },
  { name: 'admin-user-self', who: 'admin', go: open(() => `/admin/users/${town.adminId}`) },
  { name: 'admin-user-erase', who: 'admin', go: open(() => `/admin/users/${town.memberId}/erase`) },
  { name: 'admin-mails', who: 'admin', go: open('/admin/mails') },
]

describeInBrowser('every page', () => {
  beforeAll(async () => {
    app = await openTestApp({ DEV_MAILBOX: 'on' })
    town = await settle(app, await enrolAdmin(app.floor))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.dispose()
  })

  let cookies: Partial<Record<Who, Awaited<ReturnType<BrowserContext['cookies']>>>> = {}
  /** Signs in once a person; a first password is good for one sign-in only. */
  const profileOf = async (who: Who, options: Parameters<typeof openProfile>[2], language: string) => {
    const profile = await openProfile(browser, app.address, options)
    if (who === 'stranger') return profile
    const known = cookies[who]
    if (known) await profile.context.addCookies(known)
    else await signIn(profile.page, who === 'admin' ? ADMIN : { ...NEWCOMER, password: town.firstPassword })
    cookies = { ...cookies, [who]: (await profile.context.cookies()).filter(({ name }) => name === 'sid') }
    await profile.page.goto(`/?lang=${language}`)
    return profile
  }

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

  test.each(
    looks.flatMap((look) => (['stranger', 'newcomer', 'admin'] as const).map((who) => ({ ...look, who }))),
  )(
    'is accessible, in $theme, in $locale, $viewport.width pixels wide, for $who',
    async ({ theme, locale, viewport, who }) => {
      const options = { colorScheme: theme, locale, viewport }
      const { context, page, complaints } = await profileOf(who, options, locale)
      for (const walk of walks.filter((one) => one.who === who)) {
        await walk.go(page)
        const where = `${walk.name} ${theme} ${locale} ${viewport.width}`
        await picture(page, `${walk.name}-${viewport.width}-${theme}-${locale}`)
        expect(await page.locator('html').getAttribute('lang'), where).toBe(locale)
        await expectNoSidewaysScroll(page, where)
        await expectAccessible(page, where)
        expect(complaints, where).toStrictEqual([])
      }
      await context.close()
    },
    120_000,
  )
})
