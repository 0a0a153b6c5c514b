import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { serve } from '../support/cli.ts'
import { GROVE_PASSWORD, plant } from '../support/grove.ts'
import { freePort, openTestApp, type TestApp, temporaryFolder } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'
import { describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { invite } from './town.ts'

/** What a first-time admin may have to do between the printed link and the first redeemed invite. */
const MOST_AT_FIRST = 12
const FIRST_WALK = 'from `npm start` to the first redeemed invite'

const AUDITOR = { email: 'auditor@example.org', password: ADMIN.password }
const NEW_PASSWORD = 'a quiet place to sit'

/** The table of docs/walks.md: what each walk takes, as it is told to readers. */
const written = Object.fromEntries(
  [
    ...readFileSync(new URL('../../docs/walks.md', import.meta.url), 'utf8').matchAll(
      /^\| (\w+) \| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|/gm,
    ),
  ].map(([, who, task, clicks, fields, together]) => [
    `${who}: ${task}`,
    { clicks: Number(clicks), fields: Number(fields), together: Number(together) },
  ]),
)

/** Somebody at a page, whose every act is counted: a link followed, a button pressed, a field filled. */
const walker = (page: Page) => {
  const acts = { clicks: 0, fields: 0 }
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
      await target.click()
    },
    async link(name: string | RegExp) {
      await this.click(page.getByRole('link', { name }).first())
    },
    async button(name: string | RegExp) {
      await this.click(page.getByRole('button', { name }).first())
    },
    async fill(name: string, value: string) {
      acts.fields++
      await page.locator(`[name=${name}]`).fill(value)
    },
    async choose(name: string, value: string) {
      acts.fields++
      await page.locator(`[name=${name}]`).selectOption(value)
    },
  }
}
type Walker = ReturnType<typeof walker>
type Who = 'visitor' | 'member' | 'admin' | 'auditor'

const sees = (page: Page, text: string | RegExp) =>
  expect.poll(() => page.locator('main').textContent(), { interval: 20 }).toMatch(text)

let app: TestApp
let adminId: string
let browser: Browser

const mailedTo = async (address: string): Promise<string> => (await app.mailsTo(address)).at(-1)?.text ?? ''

/** Three walks a role. Visitors begin at the sign-in page or at their mail, everybody else signed in at home. */
const walks: Readonly<Record<Who, Readonly<Record<string, (on: Walker) => Promise<unknown>>>>> = {
  visitor: {
    'join by an invite': async (on) => {
      const { email, link } = await invite(app, adminId)
      await on.follow(link)
      await on.button('Join and sign in')
      await sees(on.page, email)
    },
    'register and confirm the address': async (on) => {
      await on.link('Register')
      await on.fill('email', 'ben@example.org')
      await on.fill('password', NEW_PASSWORD)
      await on.fill('repeat', NEW_PASSWORD)
      await on.click(on.page.locator('main button[type=submit]'))
      await on.page.waitForURL('/verify')
      await on.fill('code', /^Code: (\d{6})$/m.exec(await mailedTo('ben@example.org'))?.[1] ?? '')
      await on.button('Confirm')
      await on.page.waitForURL('/')
      await sees(on.page, 'ben@example.org')
    },
    'choose another password for a forgotten one': async (on) => {
      const email = 'forgetful@example.org'
      await plant(app, { email })
      await on.link(/forgot/i)
      await on.fill('email', email)
      await on.click(on.page.locator('main button[type=submit]'))
      await on.page.waitForLoadState()
      await on.follow(new URL(linkIn(await mailedTo(email), '/password/reset/')).pathname)
      await on.fill('password', NEW_PASSWORD)
      await on.fill('repeat', NEW_PASSWORD)
      await on.click(on.page.locator('main button[type=submit]'))
      await on.page.waitForURL('/')
    },
  },
  member: {
    'change one’s name': async (on) => {
      await on.link('Profile')
      await on.fill('name', 'Grace Hopper')
      await on.button('Save')
      await on.page.waitForSelector('[role=status]')
    },
    'make a referral link': async (on) => {
      await on.link('Profile')
      await on.link('Add code')
      await on.button('Create the code')
      await on.page.waitForSelector('#link')
    },
    'sign out everywhere else': async (on) => {
      const elsewhere = await openProfile(browser, app.address)
      await signIn(elsewhere.page, { email: 'member@example.org', password: GROVE_PASSWORD })
      await elsewhere.context.close()
      await on.link('Profile')
      await on.link('Sessions')
      await on.button('Sign out everywhere else')
      await on.page.waitForSelector('[role=status]')
    },
  },
  admin: {
    'invite somebody': async (on) => {
      await on.link('Control panel')
      await on.fill('email', 'ada@example.org')
      await on.button('Send invite')
      await on.page.waitForSelector('[role=status]')
    },
    'revoke an invite': async (on) => {
      await on.link('Control panel')
      await on.link('Invites')
      await on.click(on.page.locator('td summary').first())
      await on.button('Yes, revoke')
      await on.page.waitForSelector('[role=status]')
    },
    'suspend a user': async (on) => {
      await on.link('Control panel')
      await on.link('Users')
      await on.link('forgetful@example.org')
      await on.click(on.page.locator('summary', { hasText: 'Suspend' }))
      await on.button('Suspend')
      await on.page.waitForSelector('.badge.suspended')
    },
  },
  auditor: {
    'see which event made a user what they are': async (on) => {
      await on.link('Users')
      await on.click(on.page.locator('.people th a').first())
      await on.click(on.page.locator('dd a[href^="/history/"]').first())
      await on.page.waitForURL(/\/history\/\d+$/)
    },
    'list all events of one type': async (on) => {
      await on.link('Users')
      await on.link('History')
      await on.choose('type', 'InviteIssued')
      await on.button('Find')
      await on.page.waitForURL(/type=InviteIssued/)
      await sees(on.page, /InviteIssued/)
    },
    'download the newest seal': async (on) => {
      await on.link('Users')
      await on.link('History')
      await on.link('Seals')
      const [download] = await Promise.all([on.page.waitForEvent('download'), on.link(/^Download/)])
      expect(download.suggestedFilename()).toMatch(/^seal-\d+\.txt$/)
    },
  },
}

const signsIn: Readonly<Record<Who, { email: string; password: string } | null>> = {
  visitor: null,
  member: { email: 'member@example.org', password: GROVE_PASSWORD },
  admin: ADMIN,
  auditor: AUDITOR,
}

const enrolAuditor = async (): Promise<void> => {
  const by = { actor: `user:${adminId}`, correlation: app.house.newId() } as const
  const userId = await enrolAdmin(app.floor, AUDITOR)
  await app.house.execute(grantRole, { userId, role: 'auditor', enrol: null, newCredentialId: null }, by)
  await app.house.execute(revokeRole, { userId, role: 'admin', keepSessionId: null }, by)
}

const asWritten = (walk: string, { clicks, fields }: Walker['acts']): void =>
  expect({ clicks, fields, together: clicks + fields }, `${walk}, in docs/walks.md`).toStrictEqual(
    written[walk],
  )

describeInBrowser('tasks, counted in clicks and fields', () => {
  const { folder, remove } = temporaryFolder()
  let service: ReturnType<typeof serve>

  beforeAll(async () => {
    service = serve(folder, await freePort())
    ;[app, browser] = await Promise.all([openTestApp(), openBrowser()])
    adminId = await enrolAdmin(app.floor)
    await enrolAuditor()
    await plant(app, { email: 'member@example.org' })
    await invite(app, adminId)
    await app.sealer.seal()
    await service.listening
  })
  afterAll(async () => {
    await browser?.close()
    await app?.dispose()
    await service?.stop()
    remove()
  })

  test(`a first-time admin: ${FIRST_WALK} in at most ${MOST_AT_FIRST} clicks and fields`, async () => {
    const admin = await openProfile(browser, '')
    const on = walker(admin.page)
    await on.follow(linkIn(service.out(), '/sign-in/'))
    await on.button('Sign in')
    await on.link('Set a password')
    await on.fill('password', NEW_PASSWORD)
    await on.fill('repeat', NEW_PASSWORD)
    await on.button('Save the password')
    await on.link('Control panel')
    await on.fill('email', 'ada@example.org')
    await on.button('Send invite')

    const guest = await openProfile(browser, '')
    const joining = walker(guest.page)
    await expect.poll(service.out, { interval: 20 }).toContain('/invites/')
    await joining.follow(linkIn(service.out(), '/invites/'))
    await joining.button('Join and sign in')
    await sees(guest.page, 'ada@example.org')

    const acts = {
      clicks: on.acts.clicks + joining.acts.clicks,
      fields: on.acts.fields + joining.acts.fields,
    }
    expect(acts.clicks + acts.fields).toBeLessThanOrEqual(MOST_AT_FIRST)
    asWritten(`admin: ${FIRST_WALK}`, acts)
    expect([...admin.complaints, ...guest.complaints]).toStrictEqual([])
    await admin.context.close()
    await guest.context.close()
  })

  describe.each(Object.keys(walks) as Who[])('%s', (who) => {
    const account = signsIn[who]
    let profile: Awaited<ReturnType<typeof openProfile>> | undefined

    test.each(Object.entries(walks[who]))('%s', async (task, walk) => {
      // A visitor comes anew each time; everybody else stays signed in.
      if (!profile || !account) {
        await profile?.context.close()
        profile = await openProfile(browser, app.address)
        if (account) await signIn(profile.page, account)
      }
      await profile.page.goto('/')
      const on = walker(profile.page)
      await walk(on)
      asWritten(`${who}: ${task}`, on.acts)
      expect(profile.complaints).toStrictEqual([])
    })

    afterAll(() => profile?.context.close())
  })

  test('docs/walks.md tells of these walks and of no others', () => {
    const walked = Object.entries(walks).flatMap(([who, tasks]) =>
      Object.keys(tasks).map((task) => `${who}: ${task}`),
    )
    expect(Object.keys(written).toSorted()).toStrictEqual([...walked, `admin: ${FIRST_WALK}`].toSorted())
  })
})
