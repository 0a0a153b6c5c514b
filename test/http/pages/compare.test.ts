import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeProfile } from '../../../src/domain/users/change-profile.ts'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let auditor: Visitor
let ben: { readonly id: string; readonly email: string }
let cyd: { readonly id: string; readonly email: string }
let from: number
let to: number

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  const by = { actor: `user:${site.adminId}`, correlation: site.house.newId() } as const
  const one = await site.member()
  auditor = one.visitor
  const grant = { userId: one.id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await site.house.execute(grantRole, grant, { actor: 'operator', correlation: site.house.newId() })
  ben = await site.member()
  cyd = await site.member()
  from = await site.head()
  await site.house.execute(changeProfile, { userId: ben.id, name: 'Ben Barker', locale: null }, by)
  await site.house.execute(suspendUser, { userId: ben.id, reason: 'because' }, by)
  await site.house.execute(eraseUser, { userId: cyd.id, email: cyd.email }, by)
  await site.invited({ email: 'later@example.org' })
  to = await site.head()
})
afterAll(() => site.dispose())

const sectionOf = (html: string, kind: string, id: string): string =>
  html.split('<section ').find((one) => one.includes(`aria-label="${kind} ${id}"`)) ?? ''

describe('two moments compared', () => {
  test('say what came, went and changed, from what to what, and by which event', async () => {
    const { status, html } = await admin.get(`/history/compare?from=${from}&to=${to}`)
    expect(status).toBe(200)
    const user = sectionOf(html, 'User', ben.id)
    expect(user).toContain('badge changed')
    expect(user).toContain('<del>nothing</del> → <ins>Ben Barker</ins>')
    expect(user).toContain('<code>suspendedAt</code>')
    expect(user).toContain(`href="/history/${from + 1}"`)
    expect(user).toContain(`href="/history/${from + 2}"`)
    expect(sectionOf(html, 'User', cyd.id)).toContain('badge went')
    expect(html).toContain('later@example.org')
  })

  test('the order in which they are given does not matter', async () => {
    const one = await admin.get(`/history/compare?from=${from}&to=${to}`)
    const other = await admin.get(`/history/compare?from=${to}&to=${from}`)
    expect(sectionOf(other.html, 'User', ben.id)).toBe(sectionOf(one.html, 'User', ben.id))
  })

  test('auditors see that something personal changed, and not what', async () => {
    const { html } = await auditor.get(`/history/compare?from=${from}&to=${to}`)
    expect(sectionOf(html, 'User', ben.id)).toContain('<ins>•••</ins>')
    expect(html).not.toContain('<ins>Ben Barker</ins>')
    expect(html).not.toContain('later@example.org')
  })

  test('nothing personal is left of whoever was forgotten', async () => {
    const { html } = await admin.get(`/history/compare?from=0&to=${to}`)
    expect(html).not.toContain(cyd.email)
  })

  test('the same moment twice differs in nothing', async () => {
    expect((await admin.get(`/history/compare?from=${from}&to=${from}`)).html).toContain(
      'Nothing is different.',
    )
  })

  test('what is no moment is said beside its field', async () => {
    const { status, html } = await admin.get(`/history/compare?from=yesterday&to=${to}`)
    expect(status).toBe(400)
    expect(html).toContain('That is no moment.')
  })

  test('nobody but admins and auditors is shown it', async () => {
    const { visitor } = await site.member()
    const answer = await visitor.get(`/history/compare?from=${from}&to=${to}`)
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
  })
})
