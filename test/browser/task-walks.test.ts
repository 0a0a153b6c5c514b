import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locale } from '../../src/domain/invites/events.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { serve } from '../support/cli.ts'
import { GROVE_PASSWORD, plant } from '../support/grove.ts'
import { freePort, openTestApp, type TestApp, temporaryFolder } from '../support/house.ts'
import { linkIn } from '../support/visitor.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { NEW_PASSWORD, sees, tasks, type Walker, type Who, walker } from './tasks.ts'
import { invite } from './town.ts'

/** What a first-time admin may have to do between the printed link and the first redeemed invite. */
const MOST_AT_FIRST = 12
const FIRST_WALK = 'from `npm start` to the first redeemed invite'

const AUDITOR = { email: 'auditor@example.org', password: ADMIN.password }

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

let app: TestApp
let adminId: string
let browser: Browser

type Account = { readonly email: string; readonly password: string }
const memberOf = (locale: Locale): Account => ({
  email: `member-${locale}@example.org`,
  password: GROVE_PASSWORD,
})
const accountOf = (who: Who, locale: Locale): Account | null =>
  ({ visitor: null, member: memberOf(locale), admin: ADMIN, auditor: AUDITOR })[who]

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
    for (const locale of ['en', 'ru'] as const) await plant(app, memberOf(locale))
    await invite(app, adminId)
    await app.sealer.seal()
    await service.listening
  })
  afterAll(async () => {
    await closeProfiles()
    await app?.dispose()
    await service?.stop()
    remove()
  })

  test(`a first-time admin: ${FIRST_WALK} in at most ${MOST_AT_FIRST} clicks and fields`, async () => {
    const admin = await openProfile(browser, '')
    const on = walker(admin.page)
    await on.follow(linkIn(service.out(), '/sign-in/'))
    await on.button('link.button')
    await on.link('me.setPassword')
    await on.fill('password', NEW_PASSWORD)
    await on.fill('repeat', NEW_PASSWORD)
    await on.button('password.submit')
    await on.link('site.controlPanel')
    await on.fill('email', 'ada@example.org')
    await on.button('admin.sendInvite')

    const guest = await openProfile(browser, '')
    const joining = walker(guest.page)
    await expect.poll(service.out, { interval: 20 }).toContain('/invites/')
    await joining.follow(linkIn(service.out(), '/invites/'))
    await joining.button('invite.button')
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

  describe.each([
    { locale: 'en', javaScriptEnabled: true },
    { locale: 'ru', javaScriptEnabled: false },
  ] as const)('in $locale, with scripts: $javaScriptEnabled', ({ locale, javaScriptEnabled }) => {
    describe.each(Object.keys(tasks) as Who[])('%s', (who) => {
      const account = accountOf(who, locale)
      let profile: Awaited<ReturnType<typeof openProfile>> | undefined

      test.each(Object.entries(tasks[who]))('%s', async (task, walk) => {
        // A visitor comes anew each time; everybody else stays signed in.
        if (!profile || !account) {
          await profile?.context.close()
          profile = await openProfile(browser, app.address, { locale, javaScriptEnabled })
          if (account) await signIn(profile.page, account)
        }
        await profile.page.goto(`/?lang=${locale}`)
        const signInElsewhere = async () => {
          const elsewhere = await openProfile(browser, app.address)
          await signIn(elsewhere.page, memberOf(locale))
          await elsewhere.context.close()
        }
        const on = walker(profile.page, locale)
        await walk(on, { app, adminId, signInElsewhere })
        asWritten(`${who}: ${task}`, on.acts)
        expect(profile.complaints).toStrictEqual([])
      })

      afterAll(() => profile?.context.close())
    })
  })

  test('docs/walks.md tells of these walks and of no others', () => {
    const walked = Object.entries(tasks).flatMap(([who, theirs]) =>
      Object.keys(theirs).map((task) => `${who}: ${task}`),
    )
    expect(Object.keys(written).toSorted()).toStrictEqual([...walked, `admin: ${FIRST_WALK}`].toSorted())
  })
})
