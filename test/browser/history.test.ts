import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { enrolAdmin } from '../support/admin.ts'
import { codeOf, plant } from '../support/grove.ts'
import { DAY, HOUR, openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { settle } from './town.ts'
import { describePages, goTo, type Walk } from './walks.ts'

type Who = 'admin' | 'auditor'

const AUDITOR = { email: 'auditor@example.org', password: 'correct-horse-battery' }
const places: Record<string, string> = {}
const placeOf = (name: string) => goTo(() => places[name] ?? '/there-is-no-such-place')

/** A house with weeks behind it: people of every kind, one of whom has been forgotten. */
const open = async (): Promise<TestApp> => {
  const app = await openTestApp()
  const adminId = await enrolAdmin(app.floor)
  const by = { actor: `user:${adminId}`, correlation: app.house.newId() } as const
  let people = 0
  const guest = (code: string | null = null) =>
    plant(app, { email: `guest${++people}@a-rather-long-department-name.example.org`, code })
  const owner = await guest()
  const code = await codeOf(app, owner)
  for (let day = 0; day < 9; day++) {
    app.clock.advance(2 * DAY + HOUR)
    for (let n = 0; n < (day * 5) % 4; n++) await guest(code)
  }
  await settle(app, adminId)
  const gone = await guest()
  await app.house.execute(eraseUser, { userId: gone.id, email: '' }, by)
  const auditorId = await enrolAdmin(app.floor, AUDITOR)
  const grant = { userId: auditorId, role: 'auditor', enrol: null, newCredentialId: null } as const
  await app.house.execute(grantRole, grant, by)
  await app.house.execute(revokeRole, { userId: auditorId, role: 'admin', keepSessionId: null }, by)
  await app.sealer.seal()
  const newest = async (type: 'InviteIssued' | 'InviteRedeemed' | 'UserRegistered', id?: string) => {
    const tag = id === undefined ? undefined : (`user:${id}` as const)
    const [event] = await app.house.history.page({ types: [type], tag }, { limit: 1 })
    return event
  }
  const redeemed = await newest('InviteRedeemed')
  Object.assign(places, {
    redeemed: `/history/${redeemed?.position}`,
    issued: `/history/${(await newest('InviteIssued'))?.position}`,
    forgotten: `/history/${(await newest('UserRegistered', gone.id))?.position}`,
    request: `/history?correlation=${redeemed?.correlation}`,
    user: `/admin/users/${auditorId}`,
  })
  return app
}

const walks: readonly Walk<Who>[] = [
  { name: 'history', who: 'admin', go: goTo('/history') },
  {
    name: 'history-table',
    who: 'admin',
    go: async (page) => {
      await page.goto('/history?scale=hours')
      await page.locator('main details > summary').first().click()
    },
  },
  {
    name: 'history-filtered',
    who: 'admin',
    go: goTo('/history?type=InviteIssued&tag=email:grace@example.org&since=2026-03-01'),
  },
  { name: 'history-misread', who: 'admin', go: goTo('/history?tag=nothing&until=tomorrow') },
  { name: 'history-request', who: 'admin', go: placeOf('request') },
  { name: 'history-event', who: 'admin', go: placeOf('redeemed') },
  { name: 'history-event-forgotten', who: 'admin', go: placeOf('forgotten') },
  { name: 'admin-user-why', who: 'admin', go: placeOf('user') },
  { name: 'admin-invites-why', who: 'admin', go: goTo('/admin/invites?state=revoked') },
  { name: 'history-seals', who: 'auditor', go: goTo('/history/seals') },
  { name: 'history-auditor', who: 'auditor', go: goTo('/history') },
  { name: 'history-event-auditor', who: 'auditor', go: placeOf('issued') },
]

describePages('the pages of the history', {
  open,
  people: { admin: (page) => signIn(page), auditor: (page) => signIn(page, AUDITOR) },
  walks,
})

describeInBrowser('the history, while somebody looks at it', () => {
  let app: TestApp
  let browser: Browser
  beforeAll(async () => {
    app = await open()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
  })

  test('seals are printed whole: the signed note, how to check it, and nothing to click on', async () => {
    const { context, page } = await openProfile(browser, app.address)
    await signIn(page)
    await page.goto('/history/seals')
    await page.emulateMedia({ media: 'print' })
    const note = page.locator('.seal pre').first()
    expect(await note.innerText()).toBe((await app.house.proofs.seals(1))[0]?.note)
    expect(await note.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true)
    expect(await page.getByText('latchkey history verify --seal').isVisible()).toBe(true)
    expect(await page.locator('.top, .bottom, .actions, button').filter({ visible: true }).count()).toBe(0)
    await context.close()
  })

  test('new events appear at the top by themselves, each once, and can be opened', async () => {
    const { context, page, complaints } = await openProfile(browser, app.address)
    await signIn(page)
    await page.goto('/history')
    await page.getByText('New events appear here by themselves.').waitFor()
    const first = page.locator('.list.history tbody tr').first()
    const before = Number(await first.locator('td').last().textContent())
    await plant(app, { email: 'newcomer@example.org' })
    await page.locator('tr.fresh', { hasText: 'UserRegistered' }).waitFor()
    await page.locator('tr.fresh', { hasText: 'newcomer@example.org' }).first().waitFor()
    const shown = await page.locator('.list.history tbody td:last-child').allTextContents()
    const positions = shown.map(Number)
    expect(positions).toStrictEqual(positions.toSorted((a, b) => b - a))
    expect(new Set(positions).size).toBe(positions.length)
    expect(positions[0]).toBeGreaterThan(before)
    await page.locator('tr.fresh', { hasText: 'UserRegistered' }).locator('a').click()
    await page.waitForURL(/\/history\/\d+$/)
    expect(await page.locator('main').textContent()).toContain('newcomer@example.org')
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
