import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenUp } from '../given-up.ts'
import { Api, type Json } from './client.ts'

const UNKNOWN = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'

let api: Awaited<ReturnType<typeof Api.open>>
let token: string
beforeAll(async () => {
  api = await Api.open()
  token = (await api.signIn()).accessToken
})
afterAll(() => api.app.dispose())

let people = 0
const invited = async () => {
  const email = `invited${++people}@example.org`
  api.app.clock.advance(1000)
  const { id } = await api.issue(token, email)
  return { email, inviteId: id }
}
const failed = async () => {
  const { email, inviteId } = await invited()
  return { email, inviteId, id: (await givenUp(api.app.house, email)).id }
}
const itemsOf = ({ body }: { body: Json }) => body['items'] as Json[]

describe('mails through the API', () => {
  test('are listed by state, template and address, a page at a time', async () => {
    const lost = [await failed(), await failed(), await failed()]
    const waiting = await invited()
    const first = await api.call('GET', '/mails?state=failed&template=invite&limit=2', { token })
    const next = `/mails?state=failed&template=invite&limit=2&cursor=${String(first.body['nextCursor'])}`
    const all = [...itemsOf(first), ...itemsOf(await api.call('GET', next, { token }))]
    expect(all.map(({ to }) => to)).toStrictEqual(lost.map(({ email }) => email).toReversed())
    const one = itemsOf(await api.call('GET', `/mails?email=${waiting.email.toUpperCase()}`, { token }))
    expect(one).toMatchObject([
      { to: waiting.email, template: 'invite', about: `invite:${waiting.inviteId}`, state: 'queued' },
    ])
    expect(
      itemsOf(await api.call('GET', `/mails?email=${waiting.email}&state=sent`, { token })),
    ).toStrictEqual([])
  })

  test('say how often they were tried, and show themselves without their secrets', async () => {
    const { id, inviteId } = await failed()
    const { body } = await api.call('GET', `/mails/${id}`, { token })
    expect(body).toMatchObject({ id, state: 'failed', reason: 'smtp_550', tries: 3, nextTryAt: null })
    expect(body['preview']).toMatchObject({ subject: 'You are invited' })
    expect(JSON.stringify(body)).toContain('/invites/•••')
    expect(JSON.stringify(body)).not.toContain(api.app.house.links.inviteToken(inviteId))
  })

  test('W-22: one that was given up is tried again, and wishing it twice queues it once', async () => {
    const { id, email } = await failed()
    const retried = await api.call('POST', `/mails/${id}/retries`, { token })
    expect(retried.status).toBe(202)
    expect(retried.body).toMatchObject({ id, state: 'queued', failedAt: null, reason: null, tries: 0 })
    const events = await api.eventCount()
    expect((await api.call('POST', `/mails/${id}/retries`, { token })).status).toBe(202)
    expect(await api.eventCount()).toBe(events)
    expect((await api.app.mailsTo(email)).map((mail) => mail.id)).toStrictEqual([id])
    expect(await api.refusal('POST', `/mails/${id}/retries`, { token })).toStrictEqual([
      409,
      'mail_not_failed',
    ])
  })

  test('are not tried again when they were not given up, lead nowhere any more, or are not there', async () => {
    const waiting = await invited()
    const [mail] = await api.app.house.reads.mails.to(waiting.email, 1)
    expect(await api.refusal('POST', `/mails/${mail?.id}/retries`, { token })).toStrictEqual([
      409,
      'mail_not_failed',
    ])
    const { id, inviteId } = await failed()
    await api.call('DELETE', `/invites/${inviteId}`, { token })
    expect(await api.refusal('POST', `/mails/${id}/retries`, { token })).toStrictEqual([409, 'mail_outdated'])
    for (const one of [`/mails/${UNKNOWN}`, '/mails/x']) {
      expect(await api.refusal('GET', one, { token })).toStrictEqual([404, 'mail_not_found'])
      expect(await api.refusal('POST', `${one}/retries`, { token })).toStrictEqual([404, 'mail_not_found'])
    }
  })
})
