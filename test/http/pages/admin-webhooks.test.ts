import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isGenuine, openReceiver, type Receiver } from '../../support/receiver.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const LIST = '/admin/webhooks'

let site: Site
let admin: Visitor
let receiver: Receiver
beforeAll(async () => {
  site = await openSite()
  site.clock.set(new Date().toISOString()) // the reference library looks at the clock on the wall
  admin = await site.signedInAdmin()
})
afterAll(() => site.dispose())
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(() => receiver.close())

const register = async (more: Record<string, string> = {}): Promise<Page> => {
  site.clock.advance(1) // the newest has the highest id
  return admin.submit(await admin.get(LIST), LIST, { url: receiver.url, description: '', ...more })
}
const secretIn = ({ html }: Page) =>
  /whsec_[A-Za-z0-9+/=&#x;]+/.exec(html)?.[0].replaceAll('&#x3D;', '=') ?? ''
const newest = async () => (await site.floor.reads.webhooks.list({ limit: 1 }))[0]
const urlOf = async () => `${LIST}/${(await newest())?.id}`

describe('webhooks on pages', () => {
  test('an admin registers one, chooses events, and sees its secret this once', async () => {
    const page = await register({ 'type.UserErased': 'on', description: 'The directory' })
    expect([page.status, secretIn(page).length]).toStrictEqual([201, 50])
    expect(await newest()).toMatchObject({
      types: ['UserErased'],
      description: 'The directory',
      state: 'active',
    })
    const one = await admin.get(await urlOf())
    expect(one.html).toContain(receiver.url.replaceAll('=', '&#x3D;'))
    expect(one.html).not.toContain('whsec_')
  })

  test('the same form sent twice registers one and shows the same secret', async () => {
    site.clock.advance(1)
    const list = await admin.get(LIST)
    const wish = { url: receiver.url, description: '' }
    const first = await admin.submit(list, LIST, wish)
    const head = await site.head()
    expect(secretIn(await admin.submit(list, LIST, wish))).toBe(secretIn(first))
    expect(await site.head()).toBe(head)
  })

  test.each([
    ['', 'This field is required.'],
    ['http://app.example/hooks', 'This cannot be used'],
    ['https://app.example/hooks?key=1', 'This cannot be used'],
  ])('T42 “%s” is said to be wrong beside the field', async (url, message) => {
    const head = await site.head()
    const page = await register({ url })
    expect(page.status).toBe(422)
    expect(page.html).toContain(message)
    expect(await site.head()).toBe(head)
  })

  test('a test is sent at once; its page says what came of it, and sends it again', async () => {
    const secret = secretIn(await register({ 'type.UserErased': 'on' }))
    const url = await urlOf()
    const sent = await admin.submit(await admin.get(url), `${url}/test`)
    expect([sent.status, receiver.received.length]).toStrictEqual([303, 1])
    expect(receiver.received[0] && isGenuine(secret, receiver.received[0])).toBe(true)
    const where = sent.location ?? ''
    const delivery = await admin.get(where)
    expect(delivery.html).toContain('The test arrived.')
    expect(delivery.html).toContain('204')
    const again = await admin.submit(delivery, `${where}/replay`)
    expect(again.location).toBe(where)
    await site.webhooks.deliverDue()
    expect(receiver.received).toHaveLength(2)
    const log = await admin.get(`${url}?status=delivered&type=Test`)
    expect(log.html).toContain(where)
    expect((await admin.get(`${url}?status=failed`)).html).toContain('No such deliveries.')
    receiver.status(500)
    const failed = await admin.submit(await admin.get(url), `${url}/test`)
    expect((await admin.get(failed.location ?? '')).html).toContain('The test did not arrive.')
    await receiver.close()
    const unheard = await admin.submit(await admin.get(url), `${url}/test`)
    expect((await admin.get(unheard.location ?? '')).html).toContain(
      'cannot be reached <code class="minor">unreachable</code>',
    )
  })

  test('an admin changes it, pauses it, lets it go on, and has everything sent again', async () => {
    await register({ 'type.InviteIssued': 'on' })
    const url = await urlOf()
    const fields = { url: receiver.url, description: 'Another', 'type.InviteRevoked': 'on' }
    const form = {
      ...fields,
      _csrf: /name="_csrf" value="([^"]+)"/.exec((await admin.get(url)).html)?.[1] ?? '',
    }
    expect((await admin.post(url, form)).location).toBe(url)
    expect(await newest()).toMatchObject({ description: 'Another', types: ['InviteRevoked'] })
    await admin.submit(await admin.get(url), `${url}/pause`)
    expect((await newest())?.state).toBe('paused')
    await admin.submit(await admin.get(url), `${url}/resume`)
    expect((await newest())?.state).toBe('active')
    const head = await site.head()
    await admin.submit(await admin.get(url), `${url}/replay`, { position: '1' })
    expect(await site.head()).toBe(head + 1)
    expect((await admin.submit(await admin.get(url), `${url}/replay`, { position: '0' })).status).toBe(422)
  })

  test('a new secret is shown this once, with the time until which the old one is good', async () => {
    const secret = secretIn(await register())
    const url = await urlOf()
    const page = await admin.submit(await admin.get(url), `${url}/secret`, { overlapHours: '24' })
    expect(page.status).toBe(201)
    expect([secretIn(page) === secret, secretIn(page).length]).toStrictEqual([false, 50])
    expect(page.html).toContain('The old secret is good until')
    expect((await admin.get(url)).html).not.toContain('whsec_')
  })

  test('what was disabled says why, and goes on when an admin says so', async () => {
    await register({ 'type.InviteIssued': 'on' })
    const url = await urlOf()
    receiver.status(410)
    await site.invited()
    await site.webhooks.deliverDue()
    const page = await admin.get(url)
    expect(page.html).toContain('It answered that it is gone (410)')
    await admin.submit(page, `${url}/resume`)
    expect((await newest())?.state).toBe('active')
  })

  test('removed, it is gone', async () => {
    await register()
    const url = await urlOf()
    expect((await admin.submit(await admin.get(url), `${url}/remove`)).location).toBe(LIST)
    expect((await admin.get(url)).status).toBe(404)
  })

  test('members and strangers see none of it', async () => {
    await register()
    const { visitor } = await site.member()
    for (const somebody of [visitor, site.visitor()])
      for (const path of [LIST, await urlOf()]) expect((await somebody.get(path)).location).toBe('/')
  })
})
