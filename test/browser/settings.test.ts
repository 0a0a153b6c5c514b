import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeSettings } from '../../src/domain/settings/change-settings.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { MINUTE, openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { describePages, goTo } from './walks.ts'

const INDEX = '/admin/settings'
const TEXT = `${INDEX}/mail-texts/invite/en`

describePages('pages of settings', {
  async open() {
    const app = await openTestApp({ PINNED_SETTINGS: 'invite.role' })
    await enrolAdmin(app.floor)
    const by = { actor: 'operator', correlation: app.house.newId() } as const
    for (const [setting, value] of [
      ['brand.name', 'Analytical Engines'],
      ['brand.accent', '#7a1fa2'],
      ['mail.invite.en.subject', 'Come to {service}'],
      ['registration.mode', 'referral'],
    ] as const) {
      await app.house.execute(changeSettings, { changes: [{ setting, value }], pinned: [] }, by)
    }
    return app
  },
  people: { admin: (page) => signIn(page), stranger: null },
  walks: [
    { name: 'branded-home', who: 'stranger', go: goTo('/') },
    { name: 'settings', who: 'admin', go: goTo(INDEX) },
    { name: 'settings-registration', who: 'admin', go: goTo(`${INDEX}/registration`) },
    { name: 'settings-invites', who: 'admin', go: goTo(`${INDEX}/invites`) },
    { name: 'settings-branding', who: 'admin', go: goTo(`${INDEX}/branding`) },
    { name: 'settings-mail-texts', who: 'admin', go: goTo(`${INDEX}/mail-texts`) },
    { name: 'settings-mail-text', who: 'admin', go: goTo(TEXT) },
    {
      name: 'settings-mail-text-wrong',
      who: 'admin',
      go: async (page) => {
        await page.goto(TEXT)
        await page.locator('textarea').first().fill('Dear {name}, see https://elsewhere')
        await Promise.all([page.waitForEvent('load'), page.locator('button.primary').click()])
      },
    },
  ],
})

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data])
  let crc = 0xff_ff_ff_ff
  for (const byte of body) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0)
  }
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE((crc ^ 0xff_ff_ff_ff) >>> 0)
  return Buffer.concat([length, body, check])
}

/** A purple square of 64 pixels: a picture that a browser can read. */
const purpleSquare = (): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(64, 0)
  head.writeUInt32BE(64, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(64 * 3, Buffer.from([0x7a, 0x1f, 0xa2]))])
  const pixels = Buffer.concat(Array.from({ length: 64 }, () => row))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describeInBrowser('settings in a real browser', () => {
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

  test.each([true, false])(
    'an admin gives the service a face, and takes it back; with scripts: %s',
    async (javaScriptEnabled) => {
      const { context, page, complaints } = await openProfile(browser, app.address, { javaScriptEnabled })
      await signIn(page)
      await page.getByRole('link', { name: 'Control panel' }).click()
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('link', { name: 'Change: Branding' }).click()
      await page.getByLabel('Name of the service', { exact: true }).fill('Engines')
      await page.getByLabel('Accent colour', { exact: true }).fill('#7a1fa2')
      const file = join(app.folder, 'logo.png')
      writeFileSync(file, purpleSquare())
      await page.getByLabel('Logo', { exact: true }).setInputFiles(file)
      // Enter saves, whatever buttons stand above the one that does.
      await page.getByLabel('Name of the service', { exact: true }).press('Enter')
      await page.getByRole('status').waitFor()
      expect(await page.title()).toBe('Branding · Engines')
      const logo = page.locator('.brand img')
      const naturalWidth = (image: Element) => (image as unknown as { naturalWidth: number }).naturalWidth
      if (javaScriptEnabled) expect(await logo.evaluate(naturalWidth)).toBe(64)
      const colour = await page.locator('button.primary').evaluate((button) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle: (element: Element) => { backgroundColor: string }
        }
        return getComputedStyle(button as unknown as Element).backgroundColor
      })
      expect(colour).toBe('rgb(122, 31, 162)')

      app.clock.advance(11 * MINUTE)
      await page.reload()
      for (const what of ['Logo', 'Accent colour', 'Name of the service']) {
        const password = page.getByLabel('Current password')
        if ((await password.count()) > 0) await password.fill(ADMIN.password)
        await page
          .getByRole('button', { name: `Undo: ${what}` })
          .first()
          .click()
        await page.getByRole('status').waitFor()
      }
      expect(await page.title()).toBe('Branding · Latchkey')
      expect(complaints).toStrictEqual([])
      await context.close()
    },
  )

  test('an admin looks at new words as text and as HTML before they count', async () => {
    const { context, page, complaints } = await openProfile(browser, app.address)
    await signIn(page)
    await page.goto(TEXT)
    await page.getByLabel('Beginning').fill('Dear {login}, come in.')
    await page.getByRole('button', { name: 'Preview as text' }).click()
    await expect
      .poll(() => page.locator('.mail-text').textContent())
      .toContain('Dear ada@example.org, come in.')
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Preview as HTML' }).click(),
    ])
    await popup.waitForLoadState()
    expect(await popup.locator('.card').textContent()).toContain('Dear ada@example.org, come in.')
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
