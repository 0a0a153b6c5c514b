import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, pressTab, signIn } from './browser.ts'
import { invite } from './town.ts'

/** Long enough for a scanner that runs scripts to do what it does. */
const SCANNER_STAYS_MS = 5000

let app: TestApp
let browser: Browser
let adminId: string

describeInBrowser('journeys in a real browser', () => {
  beforeAll(async () => {
    app = await openTestApp({ DEV_MAILBOX: 'on' })
    adminId = await enrolAdmin(app.floor)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  let page: Page
  let complaints: string[]
  beforeEach(async () => {
    ;({ page, complaints } = await openProfile(browser, app.address))
  })
  afterEach(async () => {
    expect(complaints).toStrictEqual([])
    await page.context().close()
  })

  test('an admin invites somebody, who reads the mail in the mailbox, joins with one click and chooses a password', async () => {
    await signIn(page)
    await page.getByRole('link', { name: 'Control panel' }).click()
    await page.getByLabel('E-mail address').fill('ada@example.org')
    await page.getByRole('button', { name: 'Send invite' }).click()
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Invite sent.')
    await page.getByLabel('E-mail address').fill('typo@example.org')
    await page.getByRole('button', { name: 'Send invite' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.getByRole('status').textContent()).toBe('The invite was revoked.')
    expect(new URL(page.url()).pathname).toBe('/admin')

    const guest = await openProfile(browser, app.address)
    await guest.page.goto('/mailbox/ada@example.org')
    await guest.page.locator('.mail-text a').first().click()
    await guest.page.getByRole('button', { name: 'Join and sign in' }).click()
    await guest.page.waitForURL('/')
    expect(await guest.page.locator('main').textContent()).toContain('ada@example.org')

    await guest.page.getByRole('link', { name: 'Set a password' }).click()
    await guest.page.getByLabel('New password', { exact: true }).fill('a quiet place to sit')
    await guest.page.getByLabel('New password again').fill('a quiet place to sit')
    await guest.page.getByRole('button', { name: 'Save the password' }).click()
    await guest.page.waitForURL('/')
    await guest.page.getByRole('button', { name: 'Log out' }).click()
    await guest.page.waitForURL('/')
    await signIn(guest.page, { email: 'ada@example.org', password: 'a quiet place to sit' })
    expect(await guest.page.getByRole('button', { name: 'Log out' }).count()).toBe(1)
    expect(guest.complaints).toStrictEqual([])
    await guest.context.close()
  })

  test('T04 a scanner that runs scripts and stays on the page leaves the invite open', async () => {
    const { link } = await invite(app, adminId)
    const before = await app.floor.store.head()
    await page.goto(link)
    await page.waitForTimeout(SCANNER_STAYS_MS)
    expect(await app.floor.store.head()).toBe(before)
    await page.getByRole('button', { name: 'Join and sign in' }).click()
    await page.waitForURL('/')
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(1)
  })

  test('a double click on "join" signs in once, and the second click does no harm', async () => {
    const { email, link } = await invite(app, adminId)
    await page.goto(link)
    await page.getByRole('button', { name: 'Join and sign in' }).dblclick()
    await expect.poll(() => page.locator('main').textContent()).toContain(email)
    const user = await app.floor.reads.users.byEmail(email)
    expect(await app.floor.reads.sessions.ofUser(user?.id ?? '', 10)).toHaveLength(1)
  })

  test('everything can be done by keyboard: skip link, sign-in, invite, revoke, sign-out', async () => {
    await page.goto('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#content')
    await pressTab(page, '[name=login]')
    await page.keyboard.type('admin@example.org')
    await page.keyboard.press('Tab')
    await page.keyboard.type('correct-horse-battery')
    await page.keyboard.press('Enter')
    await page.waitForSelector('form[action="/logout"]')

    await pressTab(page, 'a[href="/admin"]')
    await page.keyboard.press('Enter')
    await page.waitForURL('/admin')
    await pressTab(page, '[name=email]')
    await page.keyboard.type('typed@example.org')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role=status]')

    await page.goto('/admin/invites?search=typed@example.org')
    await pressTab(page, 'td summary')
    await page.keyboard.press('Space')
    await pressTab(page, '[name=reason]')
    await page.keyboard.type('only a trial')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.badge.revoked')
    expect(page.url()).toContain('search=typed')

    await pressTab(page, 'form[action="/logout"] button')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[name=login]')
  })

  test('what is wrong with a form takes the focus, is named, and leads to its field', async () => {
    await page.goto('/')
    await page.locator('form[action="/"]').evaluate((form: HTMLFormElement) => form.submit())
    await page.waitForSelector('[role=alert]')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert')
    await page.getByRole('link', { name: 'Password: This field is required.' }).click()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('password')
    const described = await page.locator('#password').getAttribute('aria-describedby')
    expect(await page.locator(`#${described}`).textContent()).toBe('This field is required.')
  })

  test('the browser checks required fields and addresses before anything is sent', async () => {
    await page.goto('/')
    await page.locator('[name=login]').fill('no-address')
    await page.locator('main button').click()
    const isValid = (name: string) =>
      page.locator(`[name=${name}]`).evaluate((field: HTMLInputElement) => field.validity.valid)
    expect([await isValid('login'), await isValid('password')]).toStrictEqual([false, false])
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('the language is chosen with one click, remembered, and the page stays the same', async () => {
    const { link } = await invite(app, adminId)
    await page.goto(link)
    await page.getByRole('link', { name: 'Русский' }).click()
    expect(new URL(page.url()).pathname).toBe(link)
    expect(await page.locator('h1').textContent()).toBe('Вас пригласили')
    await page.goto('/')
    expect(await page.locator('html').getAttribute('lang')).toBe('ru')
  })

  test('a page keeps to its reader’s clock, to their wish for stillness, and to paper', async () => {
    const own = await openProfile(browser, app.address, {
      timezoneId: 'America/New_York',
      reducedMotion: 'reduce',
    })
    const motion = () =>
      own.page
        .locator('[aria-busy]')
        .first()
        .evaluate((button) => getComputedStyle(button, '::after').animationName)
    for (const _ of ['told anew by the page', 'told so by the service']) {
      await own.page.goto('/docs/design')
      expect(await own.page.locator('time[datetime^="2026-03-01T10"]').first().textContent()).toBe(
        '1 Mar 2026, 05:00 GMT-5',
      )
      expect(await motion()).toBe('none')
    }
    await own.page.emulateMedia({ reducedMotion: 'no-preference' })
    expect(await motion()).toBe('turn')

    await own.page.goto('/docs/refusals#invite_expired')
    const isShown = (code: string) =>
      own.page.locator(`#${code}`).evaluate((words) => words.checkVisibility({ contentVisibilityAuto: true }))
    expect([await isShown('invite_expired'), await isShown('invite_revoked')]).toStrictEqual([true, false])
    await own.page.emulateMedia({ media: 'print' })
    expect(await isShown('invite_revoked')).toBe(true)
    expect(await own.page.locator('.top, .bottom').filter({ visible: true }).count()).toBe(0)
    expect(own.complaints).toStrictEqual([])
  })

  test('a hostile name stays text wherever it is shown', async () => {
    const { email, link } = await invite(app, adminId)
    await page.goto(link)
    await page.getByRole('button').last().click()
    await page.waitForURL('/')
    const user = await app.floor.reads.users.byEmail(email)
    const admin = await openProfile(browser, app.address)
    await signIn(admin.page)
    await admin.page.goto(`/admin/users/${user?.id}`)
    const name = '"><img src=x onerror=alert(1)>{{7*7}}'
    await admin.page.getByLabel('Name').fill(name)
    await admin.page.getByRole('button', { name: 'Save' }).click()
    await admin.page.waitForSelector('[role=status]')
    for (const path of ['/admin/users', `/admin/users/${user?.id}`, `/admin/users/${user?.id}/erase`]) {
      await admin.page.goto(path)
      expect(await admin.page.locator('main').textContent(), path).toContain(name)
      expect(await admin.page.locator('img[src=x]').count(), path).toBe(0)
    }
    expect(admin.complaints).toStrictEqual([])
    await admin.context.close()
  })
})
