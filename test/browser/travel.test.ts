import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { enrolAdmin } from '../support/admin.ts'
import { plant } from '../support/grove.ts'
import { DAY, openTestApp, type TestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { settle } from './town.ts'
import { describePages, goTo, type Walk } from './walks.ts'

type Who = 'admin' | 'auditor'

const AUDITOR = { email: 'auditor@example.org', password: 'correct-horse-battery' }
const places: Record<string, string> = {}
const placeOf = (name: string) => goTo(() => places[name] ?? '/there-is-no-such-place')

/** A house with some days behind it, since when somebody was suspended, somebody forgotten, and others came. */
const open = async (): Promise<TestApp> => {
  const app = await openTestApp()
  const adminId = await enrolAdmin(app.floor)
  const by = { actor: `user:${adminId}`, correlation: app.house.newId() } as const
  const auditorId = await enrolAdmin(app.floor, AUDITOR)
  const grant = { userId: auditorId, role: 'auditor', enrol: null, newCredentialId: null } as const
  await app.house.execute(grantRole, grant, by)
  await app.house.execute(revokeRole, { userId: auditorId, role: 'admin', keepSessionId: null }, by)
  const gone = await plant(app, { email: 'gone@example.org' })
  const { memberId } = await settle(app, adminId)
  const at = await app.house.history.head()
  app.clock.advance(DAY)
  await app.house.execute(suspendUser, { userId: memberId, reason: 'Said so' }, by)
  await app.house.execute(eraseUser, { userId: gone.id, email: 'gone@example.org' }, by)
  await plant(app, { email: 'came.later@example.org' })
  const inviteId = (await app.house.reads.users.get(memberId))?.inviteId
  Object.assign(places, {
    users: `/admin/users?at=${at}`,
    user: `/admin/users/${memberId}?at=${at}`,
    present: `/admin/users/${memberId}`,
    gone: `/admin/users/${gone.id}?at=${at}`,
    invites: `/admin/invites?at=${at}`,
    invite: `/admin/invites/${inviteId}?at=${at}`,
    referrals: `/admin/referrals?at=${at}`,
    compare: `/history/compare?from=${at}&to=${await app.house.history.head()}`,
    misread: '/admin/users?at=yesterday',
  })
  return app
}

const walks: readonly Walk<Who>[] = [
  { name: 'past-users', who: 'admin', go: placeOf('users') },
  { name: 'past-user', who: 'admin', go: placeOf('user') },
  { name: 'past-gone', who: 'admin', go: placeOf('gone') },
  { name: 'past-invites', who: 'admin', go: placeOf('invites') },
  { name: 'past-invite', who: 'admin', go: placeOf('invite') },
  { name: 'past-referrals', who: 'admin', go: placeOf('referrals') },
  { name: 'past-misread', who: 'admin', go: placeOf('misread') },
  { name: 'compare', who: 'admin', go: placeOf('compare') },
  { name: 'compare-empty', who: 'admin', go: goTo('/history/compare') },
  { name: 'past-user-auditor', who: 'auditor', go: placeOf('user') },
  { name: 'compare-auditor', who: 'auditor', go: placeOf('compare') },
]

describePages('pages of the past', {
  open,
  people: { admin: (page) => signIn(page), auditor: (page) => signIn(page, AUDITOR) },
  walks,
})

describeInBrowser('a journey into the past', () => {
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

  test('begins on any page, stays in its moment from link to link, and ends in the present; without scripts', async () => {
    const { context, page, complaints } = await openProfile(browser, app.address, {
      javaScriptEnabled: false,
    })
    await signIn(page)
    await page.goto(places['present'] ?? '')
    const at = new URLSearchParams(places['user']?.split('?')[1]).get('at') ?? ''
    await page.locator('.moments summary').click()
    await page.locator('#at').fill(at)
    await page.locator('.moments button').click()
    await page.waitForURL(/at=/)
    expect(await page.locator('main').textContent()).toContain('As it was:')
    expect(await page.locator('main form[method=post]').count()).toBe(0)
    await page.locator('nav.tabs a', { hasText: 'Users' }).click()
    expect(new URL(page.url()).searchParams.get('at')).toBe(at)
    expect(await page.locator('main').textContent()).not.toContain('came.later@example.org')
    await page.locator('#search').fill('gone')
    await page.locator('[role=search] button').click()
    expect(new URL(page.url()).searchParams.get('at')).toBe(at)
    await page.locator('a', { hasText: 'Back to now' }).click()
    expect(new URL(page.url()).searchParams.get('at')).toBeNull()
    expect(await page.locator('main form[method=post]').count()).toBe(0)
    await page.goto(places['compare'] ?? '')
    expect(await page.locator('main').textContent()).toContain('came.later@example.org')
    expect(complaints).toStrictEqual([])
    await context.close()
  })
})
