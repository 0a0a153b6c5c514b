import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'

const PASSWORD = 'a quiet place to sit'
const OTHER_PASSWORD = 'a louder place to stand'

let app: TestApp
let browser: Browser
let people = 0
const newAddress = () => `walker${++people}@example.org`

const register = async (page: Page, email: string, password = PASSWORD): Promise<void> => {
  await page.goto('/')
  await page.getByRole('navigation').getByRole('link', { name: 'Register' }).click()
  await page.getByLabel('Name (may stay empty)').fill('Walker')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password again').fill(password)
  await page.getByRole('button', { name: 'Register' }).click()
  await page.waitForURL('/verify')
}
const lastMail = async (email: string) => (await app.mailsTo(email)).at(-1)?.text ?? ''
const codeFor = async (email: string) => /^Code: (\d{6})$/m.exec(await lastMail(email))?.[1] ?? ''
const pathOf = async (email: string, path: string) => new URL(linkIn(await lastMail(email), path)).pathname
const isSignedIn = async (page: Page) => (await page.getByRole('button', { name: 'Log out' }).count()) === 1

describeInBrowser('registering in a real browser', () => {
  beforeAll(async () => {
    app = await openTestApp({ DEV_MAILBOX: 'on' })
    await enrolAdmin(app.floor)
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

  test('S3-3, S3-21, S2-22: register, be held at the code, confirm by the code, and be in', async () => {
    const email = newAddress()
    await register(page, email)
    await page.goto('/profile')
    await page.waitForURL('/verify')
    const code = await codeFor(email)
    // As people copy it from a mail: in two groups, with a space behind.
    await page.getByLabel('Code from the mail').fill(`${code.slice(0, 3)} ${code.slice(3)} `)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Your address is confirmed.')
    expect(await page.locator('main').textContent()).toContain(email)
  })

  test('S3-12: the link in the same browser takes one click, and asks for no password', async () => {
    const email = newAddress()
    await register(page, email)
    await page.goto(await pathOf(email, '/verify/'))
    expect(await page.getByLabel('Password', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Yes, it is mine' }).click()
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Your address is confirmed.')
    expect(await isSignedIn(page)).toBe(true)
  })

  test('T10: the link in another browser asks for a new password, and the one that somebody chose before is dead', async () => {
    const email = newAddress()
    await register(page, email, 'chosen by a stranger')
    const owner = await openProfile(browser, app.address)
    await owner.page.goto(await pathOf(email, '/verify/'))
    await owner.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await owner.page.getByLabel('Password again').fill(PASSWORD)
    await owner.page.getByRole('button', { name: 'Confirm and sign in' }).click()
    await expect.poll(() => isSignedIn(owner.page)).toBe(true)
    // The stranger's session has ended, and so has the password.
    await page.goto('/profile')
    expect(await isSignedIn(page)).toBe(false)
    await owner.page.getByRole('button', { name: 'Log out' }).click()
    await signIn(owner.page, { email, password: PASSWORD })
    expect(await isSignedIn(owner.page)).toBe(true)
    expect(owner.complaints).toStrictEqual([])
    await owner.context.close()
  })

  test('T04: a scanner that opens the link and stays confirms nothing', async () => {
    const email = newAddress()
    await register(page, email)
    const link = await pathOf(email, '/verify/')
    const before = await app.floor.store.head()
    const scanner = await openProfile(browser, app.address)
    await scanner.page.goto(link)
    await scanner.page.waitForTimeout(2000)
    expect(await app.floor.store.head()).toBe(before)
    await scanner.context.close()
  })

  test('a forgotten password: ask, follow the mail, choose, sign in', async () => {
    const email = newAddress()
    await register(page, email)
    await page.getByLabel('Code from the mail').fill(await codeFor(email))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('link', { name: 'Forgot the password?' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Mail me a link' }).click()
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toContain('If this address belongs to a user here')
    await page.goto(await pathOf(email, '/password/reset/'))
    await page.getByLabel('New password', { exact: true }).fill(OTHER_PASSWORD)
    await page.getByLabel('New password again').fill(OTHER_PASSWORD)
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.waitForURL('/')
    await signIn(page, { email, password: OTHER_PASSWORD })
    expect(await isSignedIn(page)).toBe(true)
  })

  test('signing out everywhere else ends the other browser’s session, and keeps this one', async () => {
    const email = newAddress()
    await register(page, email)
    await page.getByLabel('Code from the mail').fill(await codeFor(email))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Your address is confirmed.')
    const other = await openProfile(browser, app.address)
    await signIn(other.page, { email, password: PASSWORD })

    await page.goto('/profile')
    await page.locator('main').getByRole('link', { name: 'Sessions and sign-ins' }).click()
    expect(await page.locator('.devices li').count()).toBe(2)
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await expect.poll(() => page.locator('.devices li').count()).toBe(1)
    await other.page.goto('/')
    expect(await isSignedIn(other.page)).toBe(false)
    expect(await isSignedIn(page)).toBe(true)
    expect(other.complaints).toStrictEqual([])
    await other.context.close()
  })

  test('a password can be pasted, and is not cut off', async () => {
    await page.goto('/register')
    const long = 'пароль из многих слов, '.repeat(5)
    const field = page.getByLabel('Password', { exact: true })
    await field.focus()
    await page.evaluate((text) => {
      const data = new DataTransfer()
      data.setData('text/plain', text)
      const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      // A page that refuses to be pasted into cancels the event; a browser then inserts nothing.
      if (document.activeElement?.dispatchEvent(event)) document.execCommand('insertText', false, text)
    }, long)
    expect(await field.inputValue()).toBe(long)
  })
})
