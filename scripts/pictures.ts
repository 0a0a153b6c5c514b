// npm run pictures: the pictures of the README, taken anew in a real browser of a house with invented people.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openBrowser } from '../test/support/chromium.ts'
import { ADMIN, openDemo } from './demo.ts'

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url))

/** What people would see in the address bar; only this browser finds the house there. */
const HOST = 'accounts.example.org'

const demo = await openDemo({ PUBLIC_URL: `http://${HOST}` })
const { host } = new URL(demo.app.address)
const browser = await openBrowser([`--host-resolver-rules=MAP ${HOST}:80 ${host}`])
try {
  mkdirSync(FOLDER, { recursive: true })
  const open = async () => {
    const context = await browser.newContext({
      baseURL: `http://${HOST}`,
      viewport: { width: 1280, height: 800 },
      locale: 'en',
      timezoneId: 'UTC',
      colorScheme: 'light',
      reducedMotion: 'reduce',
    })
    return context.newPage()
  }
  const guest = await open()
  const admin = await open()
  await admin.goto('/')
  await admin.locator('[name=login]').fill(ADMIN.email)
  await admin.locator('[name=password]').fill(ADMIN.password)
  await admin.locator('main button[type=submit]').click()
  await admin.waitForURL('/')

  for (const { name, page, path, height } of [
    { name: 'invite', page: guest, path: demo.openInvite, height: 620 },
    { name: 'admin', page: admin, path: '/admin', height: 1190 },
    { name: 'invites', page: admin, path: '/admin/invites', height: 960 },
    { name: 'history', page: admin, path: '/history', height: 1480 },
  ]) {
    await page.setViewportSize({ width: 1280, height })
    await page.goto(path)
    await page.waitForLoadState('load')
    await page.screenshot({ path: `${FOLDER}${name}.png` })
    console.log(`docs/images/${name}.png`)
  }
} finally {
  await browser.close()
  await demo.app.dispose()
}
