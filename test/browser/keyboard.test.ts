import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { GROVE_PASSWORD, plant } from '../support/grove.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, pressTab } from './browser.ts'
import { invite } from './town.ts'

const AUDITOR = { email: 'auditor@example.org', password: ADMIN.password }
const MEMBER = { email: 'member@example.org', password: GROVE_PASSWORD }

let app: TestApp
let browser: Browser
let adminId: string

/** Comes to something by Tab, which can be seen to have the focus, and presses Enter. */
const enter = async (page: Page, what: string): Promise<void> => {
  await pressTab(page, what)
  const outline = await page.evaluate(() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement ?? document.body)
    return outlineStyle !== 'none' || boxShadow !== 'none'
  })
  expect(outline, `${what} shows its focus`).toBe(true)
  await page.keyboard.press('Enter')
}

const type = async (page: Page, field: string, value: string): Promise<void> => {
  await pressTab(page, field)
  await page.keyboard.type(value)
}

/** Somebody at a keyboard without a mouse, signed in if they have an account. */
const sitDown = async (account: { email: string; password: string } | null, path = '/') => {
  const profile = await openProfile(browser, app.address)
  const { page } = profile
  await page.goto(path)
  if (account) {
    await type(page, '[name=login]', account.email)
    await type(page, '[name=password]', account.password)
    await page.keyboard.press('Enter')
    await page.waitForSelector('form[action="/logout"]')
  }
  return profile
}

describeInBrowser('by keyboard alone', () => {
  beforeAll(async () => {
    ;[app, browser] = await Promise.all([openTestApp(), openBrowser()])
    adminId = await enrolAdmin(app.floor)
    const auditorId = await enrolAdmin(app.floor, AUDITOR)
    const by = { actor: `user:${adminId}`, correlation: app.house.newId() } as const
    const grant = { userId: auditorId, role: 'auditor', enrol: null, newCredentialId: null } as const
    await app.house.execute(grantRole, grant, by)
    await app.house.execute(revokeRole, { userId: auditorId, role: 'admin', keepSessionId: null }, by)
    await plant(app, MEMBER)
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  test('a visitor joins by an invite and sets a password', async () => {
    const { email, link } = await invite(app, adminId)
    const { context, page, complaints } = await sitDown(null, link)
    await enter(page, 'main button[type=submit]')
    await page.waitForURL('/')
    await enter(page, 'main a[href="/password/change"]')
    await page.waitForURL('/password/change')
    await type(page, '[name=password]', GROVE_PASSWORD)
    await type(page, '[name=repeat]', GROVE_PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('/')
    const user = await app.floor.reads.users.byEmail(email)
    expect(user?.credentialKind).toBe('chosen')
    expect(complaints).toStrictEqual([])
    await context.close()
  })

  test('a member makes a referral code, and takes it back', async () => {
    const { context, page, complaints } = await sitDown(MEMBER)
    await enter(page, 'a[href="/profile"]')
    await page.waitForURL('/profile')
    await enter(page, 'main .button[href="/profile/referrals"]')
    await page.waitForURL('/profile/referrals')
    await type(page, '[name=description]', 'For the choir')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#link')
    await enter(page, '.ending summary')
    await enter(page, '.ending button')
    await page.waitForSelector('#add')
    expect(complaints).toStrictEqual([])
    await context.close()
  })

  test('an admin finds a user, suspends them with a reason, and reinstates them', async () => {
    const { context, page, complaints } = await sitDown(ADMIN)
    await plant(app, { email: 'mallory@example.org' })
    await enter(page, 'a[href="/admin"]')
    await page.waitForURL('/admin')
    await enter(page, '.tabs a[href="/admin/users"]')
    await page.waitForURL('/admin/users')
    await type(page, '[name=search]', 'mallory')
    await page.keyboard.press('Enter')
    await page.waitForURL(/search=mallory/)
    await enter(page, '.people th a')
    await page.waitForURL(/\/admin\/users\/\w{26}$/)
    await enter(page, 'summary:has(+ form[action$="/suspend"])')
    await type(page, '[name=reason]', 'Sends spam')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.badge.suspended')
    await enter(page, 'form[action$="/reinstate"] button')
    await page.waitForSelector('.badge.active')
    expect(complaints).toStrictEqual([])
    await context.close()
  })

  test('an auditor finds an event by its type, and what it changed', async () => {
    const { context, page, complaints } = await sitDown(AUDITOR)
    await enter(page, '.menu a[href="/admin/users"]')
    await page.waitForURL('/admin/users')
    await enter(page, '.tabs a[href="/history"]')
    await page.waitForURL('/history')
    await type(page, '[name=type]', 'InviteIssued')
    await pressTab(page, '[name=until]')
    await page.keyboard.press('Enter')
    await page.waitForURL(/type=InviteIssued/)
    await enter(page, '.history a[href^="/history/"]')
    await page.waitForURL(/\/history\/\d+$/)
    await enter(page, 'main a[href^="/history/compare"]')
    await page.waitForURL(/\/history\/compare\?/)
    expect(await page.locator('.difference').count()).toBeGreaterThan(0)
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
