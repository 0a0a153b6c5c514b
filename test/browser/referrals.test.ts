import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enrolAdmin } from '../support/admin.ts'
import { codeOf, GROVE_PASSWORD, plant } from '../support/grove.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'

let app: TestApp
let browser: Browser

describeInBrowser('referrals in a real browser', () => {
  beforeAll(async () => {
    app = await openTestApp()
    await enrolAdmin(app.floor)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  test('S3-26, S3-32, S3-35: make a code, copy its link, somebody registers by it, appears, and it is deleted', async () => {
    const owner = await plant(app, { email: 'owner@example.org', name: 'Ada Lovelace' })
    const one = await openProfile(browser, app.address, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await signIn(one.page, { email: owner.email, password: GROVE_PASSWORD })
    await one.page.getByRole('link', { name: 'Profile' }).click()
    await one.page.getByRole('link', { name: 'Add code' }).click()
    await one.page.getByLabel('Description').fill('For the choir')
    expect(await one.page.locator('[data-counter=description]').textContent()).toBe('13 / 150')
    await one.page.getByRole('button', { name: 'Create the code' }).click()
    await one.page.getByRole('button', { name: 'Copy the link' }).click()
    await expect.poll(() => one.page.locator('[data-copy-status]').textContent()).toBe('Copied.')
    const link = await one.page.evaluate(() => navigator.clipboard.readText())
    const path = new URL(link).pathname

    const two = await openProfile(browser, app.address)
    await two.page.goto(path)
    expect(await two.page.locator('main').textContent()).toContain('You were referred by Ada Lovelace.')
    await two.page.getByLabel('Name (may stay empty)').fill('Grace Hopper')
    await two.page.getByLabel('E-mail address').fill('guest@example.org')
    await two.page.getByLabel('Password', { exact: true }).fill(GROVE_PASSWORD)
    await two.page.getByLabel('Password again').fill(GROVE_PASSWORD)
    await two.page.getByRole('button', { name: 'Register' }).click()
    await two.page.waitForURL('/verify')
    const mail = (await app.mailsTo('guest@example.org')).at(-1)?.text ?? ''
    await two.page.goto(new URL(linkIn(mail, '/verify/')).pathname)
    await two.page.getByRole('button', { name: 'Yes, it is mine' }).click()
    await two.page.waitForURL('/')

    await one.page.reload()
    await expect.poll(() => one.page.getByRole('rowheader').allTextContents()).toStrictEqual(['Grace Hopper'])
    await one.page.getByText('Delete the code…').click()
    await one.page.getByRole('button', { name: 'Delete the code' }).click()
    await expect.poll(() => one.page.getByRole('status').textContent()).toBe('Your referral code is deleted.')
    const three = await openProfile(browser, app.address)
    expect((await three.page.goto(path))?.status()).toBe(404)
    for (const { complaints, context } of [one, two, three]) {
      expect(complaints).toStrictEqual([])
      await context.close()
    }
  })

  test('an admin finds a subtree by keyboard alone, suspends it and takes it back', async () => {
    const bad = await plant(app, { email: 'mallory@example.org', name: 'Mallory' })
    const code = await codeOf(app, bad)
    for (const n of [1, 2, 3]) await plant(app, { email: `sock${n}@example.org`, name: `Sock ${n}`, code })
    const { page, complaints, context } = await openProfile(browser, app.address)
    await signIn(page)
    await page.goto('/admin/referrals')
    await page.getByLabel('Begin with (address or name)').focus()
    await page.keyboard.type('mallory@example.org')
    await page.keyboard.press('Enter')
    await page.waitForURL(/search=/)
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
    await page.getByRole('link', { name: 'Mallory' }).focus()
    const seen = [await focused()]
    for (const _ of [1, 2, 3]) {
      await page.keyboard.press('Tab')
      seen.push(await focused())
    }
    expect(seen.toSorted()).toStrictEqual(['Mallory', 'Sock 1', 'Sock 2', 'Sock 3'])
    await page.getByRole('link', { name: 'Inspect and suspend…' }).press('Enter')
    await page.getByLabel('Reason').fill('Spam')
    await page.getByRole('button', { name: 'Suspend 4 users' }).press('Enter')
    await expect.poll(() => page.getByRole('status').textContent()).toBe('They are suspended.')
    expect((await app.house.reads.users.get(bad.id))?.suspendedAt).not.toBeNull()
    await page.getByRole('button', { name: 'Reinstate them' }).press('Enter')
    await expect.poll(() => page.getByRole('status').textContent()).toBe('They may sign in again.')
    expect((await app.house.reads.users.get(bad.id))?.suspendedAt).toBeNull()
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
