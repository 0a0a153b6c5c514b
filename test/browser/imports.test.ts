import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { settle } from './town.ts'
import { describePages, goTo, type Walk } from './walks.ts'

const FORM = '/admin/invites/import'
const LIST = [
  'Почта;Роль',
  'lena@example.org;',
  'bob@example.org;boss',
  'lena@example.org;',
  'nobody;',
  'grace.hopper@example.org;',
].join('\n')

const look = async (page: Page, list: string): Promise<void> => {
  await page.goto(FORM)
  await page.locator('#list').fill(list)
  await page.locator('form[action="/admin/invites/import"] button.primary').click()
  await page.waitForURL(/\/imports\/\w{26}$/)
}

const walks: readonly Walk<'admin'>[] = [
  { name: 'admin-import', who: 'admin', go: goTo(FORM) },
  { name: 'admin-import-preview', who: 'admin', go: (page) => look(page, LIST) },
  {
    name: 'admin-import-done',
    who: 'admin',
    go: async (page) => {
      await look(page, LIST)
      const begin = page.locator('form[action$="/begin"] button')
      if ((await begin.count()) > 0) await begin.click()
      await page.waitForLoadState()
    },
  },
]

describePages('lists of addresses', {
  async open() {
    const app = await openTestApp()
    await settle(app, await enrolAdmin(app.floor))
    return app
  },
  people: { admin: (page) => signIn(page, ADMIN) },
  walks,
})

describeInBrowser('a list, while it is sent', () => {
  let app: TestApp
  let browser: Browser
  beforeAll(async () => {
    app = await openTestApp()
    await enrolAdmin(app.floor)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  test('a dropped file is looked at; progress moves by itself to the end, and the home page follows', async () => {
    const { context, page, complaints } = await openProfile(browser, app.address)
    await signIn(page)
    const home = await context.newPage()
    await home.goto('/admin')
    await home.getByText('Nobody has been invited yet.').waitFor()
    await page.goto(FORM)
    const list = Array.from({ length: 500 }, (_, n) => `dropped${n}@example.org`).join('\n')
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], 'list.csv', { type: 'text/csv' }))
      return transfer
    }, list)
    await page.dispatchEvent('[data-drop]', 'drop', { dataTransfer: data })
    await page.waitForURL(/\/imports\/\w{26}$/)
    await page.getByRole('button', { name: 'Send 500 invites' }).click()
    await page.getByText('200 of 500 lines').waitFor()
    await app.imports.runDue()
    await page.getByText('500 of 500 lines').waitFor()
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    await home.getByText('500 in all').waitFor()
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
