import { afterEach, describe, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

let site: Site
afterEach(() => site.dispose())

describe('the mailbox for development', () => {
  test('shows the mails to an address as their reader sees them, links to be clicked included', async () => {
    site = await openSite({ DEV_MAILBOX: 'on' })
    const { email, path } = await site.invited()
    const visitor = site.visitor()
    const list = await visitor.get('/mailbox')
    expect(list.html).toContain(`href="/mailbox/${encodeURIComponent(email)}#`)
    const found = await visitor.get(`/mailbox?email=${email}`)
    const page = await visitor.follow(found)
    expect(page.html).toContain(`<a href="${site.floor.settings.publicUrl}${path}">`)
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect((await visitor.get('/mailbox/nobody@example.org')).html).toContain('No mail here yet.')
    expect((await visitor.get('/mailbox/no-address')).status).toBe(404)
  })

  test('shows the HTML version in a cage: it runs nothing, loads nothing, sends nothing', async () => {
    site = await openSite({ DEV_MAILBOX: 'on' })
    const { email } = await site.invited()
    const visitor = site.visitor()
    const href = /href="(\/mailbox\/[^"]+\/[0-9A-Z]{26})"/.exec(
      (await visitor.get(`/mailbox/${email}`)).html,
    )?.[1]
    const mail = await visitor.get(href ?? '')
    expect(mail.status).toBe(200)
    const policy = mail.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain('sandbox')
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-forms|allow-same-origin/)
    const elsewhere = (href ?? '').replace(encodeURIComponent(email), 'somebody@example.org')
    expect((await visitor.get(elsewhere)).status).toBe(404)
  })

  test('is not there unless it is switched on', async () => {
    site = await openSite()
    const { email } = await site.invited()
    const admin = await site.signedInAdmin()
    for (const path of ['/mailbox', `/mailbox/${email}`])
      expect([path, (await admin.get(path)).status]).toStrictEqual([path, 404])
    expect((await admin.get('/')).html).not.toContain('/mailbox')
  })

  test('is for admins only where others can reach this machine', async () => {
    site = await openSite({ DEV_MAILBOX: 'on', HOST: '0.0.0.0' })
    const { email } = await site.invited()
    const { visitor } = await site.member()
    const admin = await site.signedInAdmin()
    for (const path of ['/mailbox', `/mailbox/${email}`, `/mailbox/${email}/01ARZ3NDEKTSV4RRFFQ69G5FAV`]) {
      for (const who of [site.visitor(), visitor])
        expect([path, (await who.get(path)).status]).toStrictEqual([path, 404])
    }
    expect((await visitor.get('/')).html).not.toContain('/mailbox')
    expect((await admin.get(`/mailbox/${email}`)).status).toBe(200)
  })
})
