import type { Page } from 'playwright-core'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp } from '../support/house.ts'
import { signIn } from './browser.ts'
import { NEWCOMER, settle, type Town } from './town.ts'
import { describePages, goTo, sendUnchecked, type Walk } from './walks.ts'

type Who = 'stranger' | 'admin' | 'newcomer'

let town: Town

/** A page of many names, the first few of which are looked into. */
const unfolded = (path: string) => async (page: Page) => {
  await page.goto(path)
  for (const summary of (await page.locator('.entries summary').all()).slice(0, 3)) await summary.click()
}

const walks: readonly Walk<Who>[] = [
  { name: 'sign-in', who: 'stranger', go: goTo('/') },
  {
    name: 'sign-in-empty',
    who: 'stranger',
    go: async (page) => {
      await page.goto('/')
      await sendUnchecked('/')(page)
    },
  },
  {
    name: 'sign-in-wrong',
    who: 'stranger',
    go: (page) => signIn(page, { email: ADMIN.email, password: 'not-my-password' }),
  },
  { name: 'invite-open', who: 'stranger', go: goTo(() => town.links.open) },
  { name: 'invite-redeemed', who: 'stranger', go: goTo(() => town.links.redeemed) },
  { name: 'invite-revoked', who: 'stranger', go: goTo(() => town.links.revoked) },
  { name: 'invite-expired', who: 'stranger', go: goTo(() => town.links.expired), isTwin: true },
  { name: 'invite-replaced', who: 'stranger', go: goTo(() => town.links.replaced), isTwin: true },
  { name: 'invite-unknown', who: 'stranger', go: goTo('/invites/cut-off'), isTwin: true },
  { name: 'sign-in-link', who: 'stranger', go: goTo(() => town.signInLink) },
  { name: 'sign-in-link-unknown', who: 'stranger', go: goTo('/sign-in/cut-off'), isTwin: true },
  { name: 'docs', who: 'stranger', go: goTo('/docs') },
  { name: 'docs-events', who: 'stranger', go: unfolded('/docs/events') },
  { name: 'docs-refusals', who: 'stranger', go: unfolded('/docs/refusals') },
  { name: 'docs-design', who: 'stranger', go: goTo('/docs/design') },
  { name: 'not-found', who: 'stranger', go: goTo('/there/is/nothing/here') },
  { name: 'mailbox', who: 'stranger', go: goTo('/mailbox') },
  { name: 'mailbox-address', who: 'stranger', go: goTo(`/mailbox/${NEWCOMER.email}`) },
  { name: 'first-password', who: 'newcomer', go: goTo('/') },
  { name: 'home', who: 'admin', go: goTo('/') },
  { name: 'password', who: 'admin', go: goTo('/password/change') },
  {
    name: 'password-empty',
    who: 'admin',
    go: async (page) => {
      await page.goto('/password/change')
      await sendUnchecked('/password/change')(page)
    },
  },
  { name: 'profile-sessions', who: 'admin', go: goTo('/profile/sessions') },
  { name: 'invite-other', who: 'admin', go: goTo(() => town.links.open) },
  { name: 'admin', who: 'admin', go: goTo('/admin') },
  {
    name: 'admin-empty',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin')
      await sendUnchecked('/admin')(page)
    },
  },
  { name: 'admin-invites', who: 'admin', go: goTo('/admin/invites') },
  {
    name: 'admin-invites-many',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/invites')
      await page.locator('#many summary').click()
      await page.locator('#addresses').fill('one@example.org\nno-address\nadmin@example.org')
      await Promise.all([page.waitForEvent('load'), page.locator('#many button').click()])
    },
  },
  {
    name: 'admin-invites-revoke',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/invites?state=open&search=hopper')
      await page.locator('td summary').click()
    },
  },
  { name: 'admin-invites-none', who: 'admin', go: goTo('/admin/invites?search=nobody-of-that-name') },
  { name: 'admin-mails', who: 'admin', go: goTo('/admin/mails') },
  {
    name: 'admin-mail-failed',
    who: 'admin',
    go: async (page) => {
      await page.goto('/admin/mails?state=failed&email=bounces%40nowhere.example.org')
      await page.locator('.list a').first().click()
      await page.waitForURL(/\/admin\/mails\/\w{26}$/)
    },
  },
]

describePages('every page', {
  async open() {
    const app = await openTestApp({ DEV_MAILBOX: 'on' })
    town = await settle(app, await enrolAdmin(app.floor))
    return app
  },
  people: {
    stranger: null,
    newcomer: (page) => signIn(page, { ...NEWCOMER, password: town.firstPassword }),
    admin: (page) => signIn(page),
  },
  walks,
})
