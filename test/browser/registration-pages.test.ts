import type { Page } from 'playwright-core'
import { enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { linkIn, Visitor } from '../support/visitor.ts'
import { signIn } from './browser.ts'
import { describePages, goTo, sendUnchecked, type Walk } from './walks.ts'

type Who = 'stranger' | 'waiting' | 'member'

const PASSWORD = 'a quiet place to sit'
const WAITING = 'waiting@example.org'
const MEMBER = 'margarethe.von-lichtenstein-zu-hohenfels@a-rather-long-department-name.example.org'
const links: Record<string, string> = {}
const linkTo = (name: string) => goTo(() => links[name] ?? '/there-is-no-such-link')

const register = async (app: TestApp, email: string): Promise<Visitor> => {
  const visitor = new Visitor(
    app.address,
    'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  )
  const fields = { name: 'Margarethe', email, password: PASSWORD, repeat: PASSWORD }
  await visitor.submit(await visitor.get('/register'), '/register', fields)
  return visitor
}
const pathIn = async (app: TestApp, email: string, path: string) =>
  new URL(linkIn((await app.mailsTo(email)).at(-1)?.text ?? '', path)).pathname

/** A house in which somebody waits to confirm, somebody has, and there are links of every kind, alive and dead. */
const open = async (): Promise<TestApp> => {
  const app = await openTestApp({ DEV_MAILBOX: 'on' })
  await enrolAdmin(app.floor)
  const member = await register(app, MEMBER)
  const confirmed = await pathIn(app, MEMBER, '/verify/')
  await member.submit(await member.get(confirmed), confirmed)
  await register(app, 'dawdler@example.org')
  const expired = await pathIn(app, 'dawdler@example.org', '/verify/')
  app.clock.advance(11 * 60_000)
  for (const _ of [1, 2, 3]) {
    const again = new Visitor(app.address, 'curl/8.11')
    await again.submit(await again.get('/'), '/', { login: MEMBER, password: 'not-my-password' })
  }
  await member.submit(await member.get('/password/forgot'), '/password/forgot', { email: MEMBER })
  const reset = await pathIn(app, MEMBER, '/password/reset/')
  await register(app, WAITING)
  Object.assign(links, { confirmed, expired, reset, waiting: await pathIn(app, WAITING, '/verify/') })
  return app
}

const filled =
  (path: string, fields: Record<string, string>, action = path) =>
  async (page: Page) => {
    await page.goto(path)
    for (const [name, value] of Object.entries(fields)) {
      await page.locator(`form[action="${action}"] [name="${name}"]`).fill(value)
    }
    await sendUnchecked(action)(page)
  }

const walks: readonly Walk<Who>[] = [
  { name: 'register', who: 'stranger', go: goTo('/register') },
  { name: 'register-empty', who: 'stranger', go: filled('/register', {}) },
  {
    name: 'register-weak',
    who: 'stranger',
    go: filled('/register', { email: 'ada@example.org', password: 'password1', repeat: 'password1' }),
  },
  { name: 'verify-link-elsewhere', who: 'stranger', go: linkTo('waiting') },
  { name: 'verify-link-used', who: 'stranger', go: linkTo('confirmed') },
  { name: 'verify-link-expired', who: 'stranger', go: linkTo('expired'), isTwin: true },
  { name: 'verify-link-unknown', who: 'stranger', go: goTo('/verify/cut-off'), isTwin: true },
  { name: 'resend', who: 'stranger', go: goTo('/verify/resend') },
  { name: 'resend-done', who: 'stranger', go: filled('/verify/resend', { email: 'nobody@example.org' }) },
  { name: 'forgot', who: 'stranger', go: goTo('/password/forgot') },
  { name: 'forgot-empty', who: 'stranger', go: filled('/password/forgot', {}) },
  {
    name: 'forgot-done',
    who: 'stranger',
    go: filled('/password/forgot', { email: 'nobody@example.org' }),
    isTwin: true,
  },
  { name: 'reset', who: 'stranger', go: linkTo('reset') },
  { name: 'reset-unknown', who: 'stranger', go: goTo('/password/reset/cut-off'), isTwin: true },
  { name: 'verify', who: 'waiting', go: goTo('/verify') },
  { name: 'verify-malformed', who: 'waiting', go: filled('/verify', { code: '12' }) },
  { name: 'verify-link', who: 'waiting', go: linkTo('waiting') },
  { name: 'home-waiting', who: 'waiting', go: goTo('/') },
  { name: 'home-member', who: 'member', go: goTo('/') },
  { name: 'profile', who: 'member', go: goTo('/profile') },
  {
    name: 'profile-email-wrong',
    who: 'member',
    go: filled('/profile', { email: 'no-address', current: '' }, '/profile/email'),
  },
  { name: 'profile-sessions', who: 'member', go: goTo('/profile/sessions') },
  { name: 'profile-erase', who: 'member', go: goTo('/profile/erase') },
]

const signInUntil = async (page: Page, email: string): Promise<void> => {
  await page.goto('/')
  await page.locator('[name=login]').fill(email)
  await page.locator('[name=password]').fill(PASSWORD)
  await Promise.all([page.waitForURL('/verify'), page.locator('main button[type=submit]').click()])
}

describePages('the pages of registering and of a profile', {
  open,
  people: {
    stranger: null,
    waiting: (page) => signInUntil(page, WAITING),
    member: (page) => signIn(page, { email: MEMBER, password: PASSWORD }),
  },
  walks,
})
