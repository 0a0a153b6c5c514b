import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { maskAddress } from '../../src/domain/address.ts'
import type { Locale } from '../../src/domain/invites/events.ts'
import type { TextKey } from '../../src/http/pages/texts/en.ts'
import { text } from '../../src/http/pages/words.ts'
import { plant } from '../support/grove.ts'
import type { TestApp } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'
import { invite } from './town.ts'

export const NEW_PASSWORD = 'a quiet place to sit'

const MOST_PRESSES = 80

/** Goes on by Tab alone until the focus is there. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  const wanted = await target.elementHandle()
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    await page.keyboard.press('Tab')
    if (await wanted?.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`${String(target)} cannot be reached by keyboard`)
}

/** How somebody with a mouse does it, and how somebody without. */
const hands = {
  mouse: {
    press: (_: Page, target: Locator) => target.click(),
    fill: (_: Page, field: Locator, value: string) => field.fill(value),
    choose: (_: Page, field: Locator, value: string) => field.selectOption(value),
  },
  keyboard: {
    press: async (page: Page, target: Locator) => {
      await tabTo(page, target)
      await page.keyboard.press('Enter')
    },
    fill: async (page: Page, field: Locator, value: string) => {
      await tabTo(page, field)
      await page.keyboard.press('Control+A')
      await page.keyboard.type(value)
    },
    choose: async (page: Page, field: Locator, value: string) => {
      await tabTo(page, field)
      await page.keyboard.type(value)
    },
  },
}
export type Hand = keyof typeof hands

/** Somebody at a page in their language, whose every act is counted: a link followed, a button pressed, a field filled. */
export const walker = (page: Page, locale: Locale = 'en', hand: Hand = 'mouse') => {
  const acts = { clicks: 0, fields: 0 }
  const { press, fill, choose } = hands[hand]
  return {
    page,
    acts,
    /** A link that is not on a page: in a mail, or in the terminal. */
    async follow(url: string) {
      acts.clicks++
      await page.goto(url)
    },
    async click(target: Locator) {
      acts.clicks++
      await press(page, target)
    },
    async link(name: TextKey) {
      await this.click(page.getByRole('link', { name: text(locale, name), exact: true }).first())
    },
    async button(name: TextKey) {
      await this.click(page.getByRole('button', { name: text(locale, name), exact: true }).first())
    },
    async fill(name: string, value: string) {
      acts.fields++
      await fill(page, page.locator(`[name=${name}]`), value)
    },
    async choose(name: string, value: string) {
      acts.fields++
      await choose(page, page.locator(`[name=${name}]`), value)
    },
  }
}
export type Walker = ReturnType<typeof walker>
export type Who = 'visitor' | 'member' | 'admin' | 'auditor'

/** The house in which they walk, and what is done there by others meanwhile. */
export type Scene = {
  readonly app: TestApp
  readonly adminId: string
  /** The member is signed in somewhere else, too. */
  readonly signInElsewhere: () => Promise<void>
}

export const sees = (page: Page, what: string | RegExp) =>
  expect.poll(() => page.locator('main').textContent(), { interval: 20 }).toMatch(what)

let people = 0
const newAddress = (name: string): string => `${name}${++people}@example.org`

const mailedTo = async ({ app }: Scene, address: string): Promise<string> =>
  (await app.mailsTo(address)).at(-1)?.text ?? ''

type Task = (on: Walker, scene: Scene) => Promise<unknown>

/** Three walks a role. Visitors begin at the sign-in page or at their mail, everybody else signed in at home. */
export const tasks: Readonly<Record<Who, Readonly<Record<string, Task>>>> = {
  visitor: {
    'join by an invite': async (on, { app, adminId }) => {
      const { email, link } = await invite(app, adminId)
      await on.follow(link)
      await on.button('invite.button')
      await sees(on.page, email)
    },
    'register and confirm the address': async (on, scene) => {
      const email = newAddress('ben')
      await on.link('menu.register')
      await on.fill('email', email)
      await on.fill('password', NEW_PASSWORD)
      await on.fill('repeat', NEW_PASSWORD)
      await on.click(on.page.locator('main button[type=submit]'))
      await on.page.waitForURL('/verify')
      await on.fill('code', /^\S+: (\d{6})$/m.exec(await mailedTo(scene, email))?.[1] ?? '')
      await on.button('verify.submit')
      await on.page.waitForURL('/')
      await sees(on.page, email)
    },
    'choose another password for a forgotten one': async (on, scene) => {
      const email = newAddress('forgetful')
      await plant(scene.app, { email })
      await on.link('forgot.link')
      await on.fill('email', email)
      await on.click(on.page.locator('main button[type=submit]'))
      await sees(on.page, maskAddress(email)) // the answer takes its time, and the mail may be there before it
      await expect.poll(() => mailedTo(scene, email)).toContain('/password/reset/')
      await on.follow(new URL(linkIn(await mailedTo(scene, email), '/password/reset/')).pathname)
      await on.fill('password', NEW_PASSWORD)
      await on.fill('repeat', NEW_PASSWORD)
      await on.click(on.page.locator('main button[type=submit]'))
      await on.page.waitForURL('/')
    },
  },
  member: {
    'change one’s name': async (on) => {
      await on.link('menu.profile')
      await on.fill('name', 'Grace Hopper')
      await on.button('profile.save')
      await on.page.waitForSelector('[role=status]')
    },
    'make a referral link': async (on) => {
      await on.link('menu.profile')
      await on.link('referrals.add')
      await on.button('referrals.create')
      await on.page.waitForSelector('#link')
    },
    'sign out everywhere else': async (on, { signInElsewhere }) => {
      await signInElsewhere()
      await on.link('menu.profile')
      await on.link('menu.sessions')
      await on.button('sessions.endOthers')
      await on.page.waitForSelector('[role=status]')
    },
  },
  admin: {
    'invite somebody': async (on) => {
      await on.link('site.controlPanel')
      await on.fill('email', newAddress('ada'))
      await on.button('admin.sendInvite')
      await on.page.waitForSelector('[role=status]')
    },
    'revoke an invite': async (on) => {
      await on.link('site.controlPanel')
      await on.link('admin.invites')
      await on.click(on.page.locator('td summary').first())
      await on.button('invites.revokeYes')
      await on.page.waitForSelector('[role=status]')
    },
    'suspend a user': async (on, { app }) => {
      const { email } = await plant(app, { email: newAddress('mallory') })
      await on.link('site.controlPanel')
      await on.link('admin.users')
      await on.click(on.page.getByRole('link', { name: email }))
      await on.click(on.page.locator('summary:has(+ form[action$="/suspend"])'))
      await on.button('users.suspend')
      await on.page.waitForSelector('.badge.suspended')
    },
  },
  auditor: {
    'see which event made a user what they are': async (on) => {
      await on.link('admin.users')
      await on.click(on.page.locator('.people th a').first())
      await on.click(on.page.locator('dd a[href^="/history/"]').first())
      await on.page.waitForURL(/\/history\/\d+$/)
    },
    'list all events of one type': async (on) => {
      await on.link('admin.users')
      await on.link('users.history')
      await on.choose('type', 'InviteIssued')
      await on.button('admin.find')
      await on.page.waitForURL(/type=InviteIssued/)
      await sees(on.page, /InviteIssued/)
    },
    'download the newest seal': async (on) => {
      await on.link('admin.users')
      await on.link('users.history')
      await on.link('seals.title')
      const newest = on.page.locator('.actions a[href^="/history/seals/"]').first()
      const [download] = await Promise.all([on.page.waitForEvent('download'), on.click(newest)])
      expect(download.suggestedFilename()).toMatch(/^seal-\d+\.txt$/)
    },
  },
}
