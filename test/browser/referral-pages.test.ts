import type { Page } from 'playwright-core'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { redeemOwnReferral } from '../../src/http/acts/referrals.ts'
import { suspendSubtreeOf } from '../../src/http/acts/subtrees.ts'
import { enrolAdmin } from '../support/admin.ts'
import { codeOf, GROVE_PASSWORD, type Planted, plant } from '../support/grove.ts'
import { DAY, openTestApp, type TestApp } from '../support/house.ts'
import { signIn } from './browser.ts'
import { describePages, goTo, sendUnchecked, type Walk } from './walks.ts'

type Who = 'stranger' | 'alone' | 'owner' | 'admin'

const OWNER = 'margarethe.von-lichtenstein-zu-hohenfels@a-rather-long-department-name.example.org'
const ALONE = 'alone@example.org'
const NAMES = ['Grace Hopper', 'Edsger W. Dijkstra', null, 'Barbara Liskov', 'Анна Ахматова', null, 'Jo']
const places: Record<string, string> = {}
const placeOf = (name: string) => goTo(() => places[name] ?? '/there-is-no-such-place')

/** A house in which people have brought each other for weeks: a few, many, and some who should not have come. */
const open = async (): Promise<TestApp> => {
  const app = await openTestApp()
  const adminId = await enrolAdmin(app.floor)
  const by = { actor: `user:${adminId}`, correlation: app.house.newId() } as const
  let people = 0
  const brought = (code: string | null, name = NAMES[people % NAMES.length] ?? null) =>
    plant(app, { email: `guest${++people}@a-department.example.org`, name, code })

  const stale = await codeOf(app, await brought(null, 'Somebody Late'))
  app.clock.advance(10 * DAY)
  await plant(app, { email: ALONE })
  const owner = await plant(app, { email: OWNER, name: 'Margarethe' })
  let code = await codeOf(app, owner)
  let line: Planted = owner
  for (let day = 0; day < 22; day++) {
    app.clock.advance(DAY)
    for (let n = 0; n < day % 4; n++) await brought(n === 2 ? null : code)
    if (day % 4 === 3) {
      line = await brought(code)
      code = await codeOf(app, line)
    }
  }
  const wide = await brought(null, 'Wilhelmina Wide')
  const many = await codeOf(app, wide)
  for (let n = 0; n < 44; n++) await brought(many)
  const late = await brought(null, 'Countess Came-Later')
  await redeemOwnReferral(app.house, late.id, many, by.correlation)
  await app.house.execute(suspendUser, { userId: line.id, reason: null }, by)
  const bad = await brought(null, 'Mallory')
  const spam = await codeOf(app, bad)
  for (let n = 0; n < 6; n++) await brought(spam)
  const done = await suspendSubtreeOf(app.house, bad.id, { reason: 'Spam', seen: null }, by)
  if (done.outcome === 'refused' || !done.batch) throw new Error('nobody was suspended')
  Object.assign(places, {
    link: `/r/${many}`,
    stale: `/r/${stale}`,
    root: `/admin/referrals?root=${owner.id}`,
    wide: `/admin/referrals?root=${wide.id}&skip=40`,
    subtree: `/admin/referrals/${owner.id}`,
    suspended: `/admin/referrals/${bad.id}`,
    batch: `/admin/referrals/batches/${done.batch.id}`,
    user: `/admin/users/${owner.id}`,
  })
  return app
}

const filled =
  (path: string | (() => string), fields: Record<string, string>, action: string) => async (page: Page) => {
    await page.goto(typeof path === 'string' ? path : path())
    for (const [name, value] of Object.entries(fields)) {
      await page
        .locator(`form[action="${action}"] [name="${name}"]`)
        .evaluate((field: HTMLInputElement, typed) => {
          field.value = typed
        }, value)
    }
    await sendUnchecked(action)(page)
  }

const walks: readonly Walk<Who>[] = [
  { name: 'referral-link', who: 'stranger', go: placeOf('link') },
  { name: 'referral-stale', who: 'stranger', go: placeOf('stale') },
  { name: 'referral-unknown', who: 'stranger', go: goTo('/r/cut-off'), isTwin: true },
  {
    name: 'referral-malformed',
    who: 'stranger',
    go: filled('/register', { referralCode: 'not one' }, '/register'),
  },
  { name: 'referrals-none', who: 'alone', go: goTo('/profile/referrals') },
  {
    name: 'referrals-wrong',
    who: 'alone',
    go: filled('/profile/referrals', { expiresOn: '', description: 'a'.repeat(151) }, '/profile/referrals'),
  },
  { name: 'referral-signed-in', who: 'alone', go: placeOf('link') },
  { name: 'referrals-own', who: 'owner', go: goTo('/profile/referrals') },
  {
    name: 'referrals-deleting',
    who: 'owner',
    go: async (page) => {
      await page.goto('/profile/referrals')
      await page.locator('details.ending > summary').click()
    },
  },
  { name: 'profile-with-code', who: 'owner', go: goTo('/profile') },
  { name: 'admin-referrals', who: 'admin', go: goTo('/admin/referrals') },
  {
    name: 'admin-referrals-table',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/referrals')
      await page.locator('main details > summary').first().click()
    },
  },
  { name: 'admin-referrals-root', who: 'admin', go: placeOf('root') },
  { name: 'admin-referrals-rest', who: 'admin', go: placeOf('wide') },
  { name: 'admin-referrals-many', who: 'admin', go: goTo('/admin/referrals?search=guest1') },
  { name: 'admin-referrals-lost', who: 'admin', go: goTo('/admin/referrals?search=nobody') },
  { name: 'admin-subtree', who: 'admin', go: placeOf('subtree') },
  { name: 'admin-subtree-suspended', who: 'admin', go: placeOf('suspended') },
  { name: 'admin-batch', who: 'admin', go: placeOf('batch') },
  { name: 'admin-user-referred', who: 'admin', go: placeOf('user') },
]

describePages('the pages of referrals', {
  open,
  people: {
    stranger: null,
    alone: (page) => signIn(page, { email: ALONE, password: GROVE_PASSWORD }),
    owner: (page) => signIn(page, { email: OWNER, password: GROVE_PASSWORD }),
    admin: (page) => signIn(page),
  },
  walks,
})
