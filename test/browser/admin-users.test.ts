import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { HOUR, MINUTE, openTestApp, type TestApp } from '../support/house.ts'
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
  signIn,
  WIDE,
} from './browser.ts'
import { settle, type Town } from './town.ts'

const AUDITOR = { email: 'auditor@example.org', password: 'correct-horse-battery' }

let app: TestApp
let town: Town
let browser: Browser
let adminId: string

/** Somebody who waits to confirm an address; somebody with a Russian name; an auditor who can sign in. */
const moveIn = async (): Promise<void> => {
  const { house, floor, clock } = app
  const by = { actor: `user:${adminId}`, correlation: house.newId() } as const
  await fetch(`${app.address}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'waiting@example.org', password: 'a long enough password' }),
  })
  clock.advance(HOUR)
  const auditorId = await enrolAdmin(floor, AUDITOR)
  const auditor = { userId: auditorId, role: 'auditor', enrol: null, newCredentialId: null } as const
  await house.execute(grantRole, auditor, by)
  await house.execute(revokeRole, { userId: auditorId, role: 'admin', keepSessionId: null }, by)
  await house.execute(changeProfile, { userId: auditorId, name: 'Ольга Ладыженская', locale: 'ru' }, by)
  const long = 'Margarethe Wilhelmina Bartholomea Featherstonehaug'
  await house.execute(changeProfile, { userId: town.memberId, name: long, locale: null }, by)
}

type Walk = { readonly name: string; readonly go: (page: Page) => Promise<unknown> }
const open = (path: string | (() => string)) => (page: Page) =>
  page.goto(typeof path === 'string' ? path : path())
const ofMember = (more = '') => `/admin/users/${town.memberId}${more}`

const walks: readonly Walk[] = [
  { name: 'users', go: open('/admin/users') },
  {
    name: 'users-filtered',
    go: open('/admin/users?state=active&role=admin&since=2026-01-01&until=2026-12-31'),
  },
  { name: 'users-none', go: open('/admin/users?search=nobody-of-that-name') },
  { name: 'user', go: open(() => ofMember()) },
  {
    name: 'user-offers',
    go: async (page) => {
      await page.goto(ofMember())
      for (const summary of await page.locator('section details > summary').all()) await summary.click()
    },
  },
  {
    name: 'user-wrong',
    go: async (page) => {
      await page.goto(ofMember())
      await page.locator('#name').fill('www.evil.example')
      await Promise.all([page.waitForEvent('load'), page.locator('form[action$="/profile"] button').click()])
    },
  },
  { name: 'user-self', go: open(() => `/admin/users/${adminId}`) },
  {
    name: 'user-waiting',
    go: async (page) => {
      await page.goto('/admin/users?state=unverified')
      await page.locator('tbody a').first().click()
    },
  },
  {
    name: 'user-suspended',
    go: async (page) => {
      await page.goto('/admin/users?state=suspended')
      await page.locator('tbody a').first().click()
    },
  },
  { name: 'user-history', go: open(() => ofMember('/history')) },
  { name: 'user-erase', go: open(() => ofMember('/erase')) },
]

describeInBrowser('the pages about users', () => {
  beforeAll(async () => {
    app = await openTestApp({ DEV_MAILBOX: 'on' })
    adminId = await enrolAdmin(app.floor)
    town = await settle(app, adminId)
    await moveIn()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  const looks = [
    { theme: 'light', locale: 'en', viewport: WIDE, who: 'admin' },
    { theme: 'dark', locale: 'ru', viewport: NARROW, who: 'admin' },
    { theme: 'light', locale: 'ru', viewport: WIDE, who: 'auditor' },
    ...(process.env['SCREENSHOTS'] === '1'
      ? ([
          { theme: 'dark', locale: 'ru', viewport: WIDE, who: 'admin' },
          { theme: 'light', locale: 'en', viewport: NARROW, who: 'admin' },
        ] as const)
      : []),
  ] as const

  test.each(looks)(
    'are accessible, in $theme, in $locale, $viewport.width pixels wide, for an $who',
    async ({ theme, locale, viewport, who }) => {
      const { context, page, complaints } = await openProfile(browser, app.address, {
        colorScheme: theme,
        locale,
        viewport,
      })
      await signIn(page, who === 'admin' ? ADMIN : AUDITOR)
      await page.goto(`/?lang=${locale}`)
      for (const { name, go } of walks) {
        // Auditors see less of the same; what is theirs alone is how a list and somebody on it look.
        if (who === 'auditor' && !['users', 'user'].includes(name)) continue
        await go(page)
        const where = `${name} ${theme} ${locale} ${viewport.width} ${who}`
        await picture(page, `${who}-${name}-${viewport.width}-${theme}-${locale}`)
        expect(await page.locator('html').getAttribute('lang'), where).toBe(locale)
        await expectNoSidewaysScroll(page, where)
        await expectAccessible(page, where)
        if (viewport === NARROW) await expectZoomable(page, where)
        expect(complaints, where).toStrictEqual([])
      }
      await context.close()
    },
    120_000,
  )

  test('an admin finds somebody, makes them an auditor, and takes it back', async () => {
    const { context, page } = await openProfile(browser, app.address)
    await signIn(page)
    await page.goto('/admin/users')
    await page.locator('#search').fill('MARGARETHE')
    await page.locator('form[role=search] button').click()
    await page.locator('tbody a').click()
    await page.getByText('Make auditor…').click()
    await page.getByRole('button', { name: 'Make auditor' }).click()
    expect(await page.locator('[role=status]').textContent()).toContain('The role was granted.')
    await page.getByText('Take the auditor role away…').click()
    await page.getByRole('button', { name: 'Take the auditor role away' }).click()
    expect(await page.locator('[role=status]').textContent()).toContain('The role was taken away')
    const [first] = await page.locator('#history + table tbody th').allTextContents()
    expect(first).toBe('All sessions ended because a role was taken away.')
    await context.close()
  })

  test('who has been away for a while shows the password again before erasing somebody', async () => {
    const { context, page } = await openProfile(browser, app.address, { viewport: NARROW })
    await signIn(page)
    app.clock.advance(11 * MINUTE)
    await page.goto(ofMember('/erase'))
    await picture(page, 'admin-user-erase-prove')
    await expectNoSidewaysScroll(page, 'erase')
    await expectAccessible(page, 'erase')
    await page.locator('#current').fill('not-my-password')
    await page.getByRole('button', { name: 'Erase for ever' }).click()
    expect(await page.locator('#current-error').textContent()).toContain('not your current password')
    await expectAccessible(page, 'erase, with the wrong password')
    await page.goto(ofMember())
    await page.getByText('Make admin…').click()
    await picture(page, 'admin-user-grant-prove')
    await expectAccessible(page, 'make admin')
    await context.close()
  })
})
