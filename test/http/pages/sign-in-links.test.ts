import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestSignInLink } from '../../../src/http/acts/request-sign-in-link.ts'
import { ADMIN } from '../../support/admin.ts'
import { MINUTE } from '../../support/house.ts'
import { linkIn } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const linkTo = async (email: string): Promise<string> => {
  await requestSignInLink(site.house, email, site.house.newId())
  const mails = (await site.mailsTo(email)).map(({ text }) => text).join('\n')
  return new URL(linkIn(mails, '/sign-in/')).pathname
}

describe('a sign-in link', () => {
  test('changes nothing when it is looked at; its button signs in and ends every other session', async () => {
    const { visitor, email } = await site.member()
    const path = await linkTo(email)
    const before = await site.head()
    const owner = site.visitor('Owner/1.0')
    await owner.request('HEAD', path)
    const page = await owner.get(path)
    expect([page.status, await site.head()]).toStrictEqual([200, before])
    expect(page.html).not.toContain(email)
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    const answer = await owner.submit(page, path)
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    expect((await owner.get('/')).html).toContain(email)
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
  })

  test('pressed twice is one sign-in; pressed later or elsewhere it is used up', async () => {
    const { email, id } = await site.member()
    const path = await linkTo(email)
    const owner = site.visitor()
    const page = await owner.get(path)
    const rival = owner.stolenBy('Visitor/1.0')
    const [first, second] = await Promise.all([owner.submit(page, path), rival.submit(page, path)])
    expect([first.status, second.status]).toStrictEqual([303, 303])
    const sessions = await site.floor.reads.sessions.ofUser(id, 10)
    expect(sessions.filter(({ method }) => method === 'sign-in-link')).toHaveLength(1)
    const late = await site.visitor().get(path)
    expect([late.status, late.html.includes('This link has been used')]).toStrictEqual([410, true])
  })

  test('is dead after its ten minutes, and unknown when it is altered or of another kind', async () => {
    const path = await linkTo(ADMIN.email)
    site.clock.advance(10 * MINUTE)
    const late = await site.visitor().get(path)
    expect([late.status, late.html.includes('This link has expired')]).toStrictEqual([410, true])
    const { path: invite } = await site.invited()
    for (const one of ['/sign-in/nonsense', invite.replace('/invites/', '/sign-in/')]) {
      expect((await site.visitor().get(one)).status).toBe(404)
    }
    expect((await site.visitor().get(path.replace('/sign-in/', '/invites/'))).status).toBe(404)
  })

  test('tells somebody who is signed in as another user what will end', async () => {
    const { email } = await site.member()
    const path = await linkTo(email)
    const admin = await site.signedInAdmin()
    const page = await admin.get(path)
    expect(page.html).toContain(`you are signed in as ${ADMIN.email} now`)
    await admin.submit(page, path)
    expect((await admin.get('/')).html).toContain(email)
  })

  test('is not mailed to a suspended user, and the answer is the same', async () => {
    const { id, email } = await site.member()
    const admin = await site.signedInAdmin()
    await admin.submit(await admin.get(`/admin/users/${id}`), /suspend/)
    const count = (await site.mailsTo(email)).length
    await requestSignInLink(site.house, email, site.house.newId())
    expect(await site.mailsTo(email)).toHaveLength(count)
  })
})
