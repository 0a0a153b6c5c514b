import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { reinstateUser } from '../../../src/domain/users/reinstate-user.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { codeOf, GROVE_PASSWORD, type Planted, plant } from '../../support/grove.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const PATH = '/admin/referrals'

let site: Site
let admin: Visitor
beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
})
afterAll(() => site.dispose())

let people = 0
const somebody = (name: string, code: string | null = null): Promise<Planted> =>
  plant(site, { email: `branch${++people}@example.org`, name, code })
const signedIn = async ({ email }: Planted): Promise<Visitor> => {
  const visitor = site.visitor()
  await visitor.signIn(email, GROVE_PASSWORD)
  return visitor
}
const byAdmin = () => ({ actor: `user:${site.adminId}`, correlation: site.house.newId() }) as const
const isSuspended = async ({ id }: Planted) => (await site.house.reads.users.get(id))?.suspendedAt !== null
const textOf = ({ html }: Page) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
/** The tree as its lists nest: names, indented by how deep they stand. */
const treeIn = ({ html }: Page): string[] => {
  const lists =
    /<div class="tree">[\s\S]*?<\/svg>([\s\S]*?)<\/div>\s*<\/div>/.exec(`${html}</div>`)?.[1] ?? ''
  let depth = 0
  const lines: string[] = []
  for (const [tag, name] of lists.matchAll(/<ul>|<\/ul>|<div class="twig[^>]*>\s*<\w+[^>]*>([^<]*)/g)) {
    if (tag === '<ul>') depth++
    else if (tag === '</ul>') depth--
    else lines.push('.'.repeat(depth - 1) + (name ?? ''))
  }
  return lines
}

/** Root brought two, and the first of them two more. */
const family = async (name: string) => {
  const root = await somebody(`${name} root`)
  const code = await codeOf(site, root)
  const first = await somebody(`${name} first`, code)
  const second = await somebody(`${name} second`, code)
  const inner = await codeOf(site, first)
  const third = await somebody(`${name} third`, inner)
  const fourth = await somebody(`${name} fourth`, inner)
  return { root, first, second, third, fourth }
}
const inspect = (of: Planted, visitor = admin) => visitor.get(`${PATH}/${of.id}`)

describe('who brought whom', () => {
  test('is for admins and auditors', async () => {
    const { root, first } = await family('Nosy')
    const visitor = await signedIn(first)
    for (const path of [PATH, `${PATH}/${root.id}`, `${PATH}/batches/${root.id}`]) {
      expect((await visitor.get(path)).location).toBe('/')
      expect((await site.visitor().get(path)).location).toBe('/')
    }
    await site.house.execute(
      grantRole,
      { userId: first.id, role: 'auditor', enrol: null, newCredentialId: null },
      byAdmin(),
    )
    expect((await visitor.get(PATH)).status).toBe(200)
    const looking = await inspect(root, visitor)
    expect([looking.status, looking.html.includes('/suspend"')]).toStrictEqual([200, false])
    const forged = { _csrf: /name="_csrf" value="([^"]+)"/.exec(looking.html)?.[1] ?? '', seen: '' }
    expect((await visitor.post(`${PATH}/${root.id}/suspend`, forged)).status).toBe(403)
    expect(await isSuspended(root)).toBe(false)
  })

  test('is drawn as a tree and nested in lists, those with most below them first', async () => {
    const { root } = await family('Oak')
    const page = await admin.get(`${PATH}?root=${root.id}`)
    expect(treeIn(page)).toStrictEqual([
      'Oak root',
      '.Oak first',
      '..Oak third',
      '..Oak fourth',
      '.Oak second',
    ])
    expect([...page.html.matchAll(/<circle /g)]).toHaveLength(5)
    expect(textOf(page)).toContain('4 below')
  })

  test('begins with whoever is looked for by address; says when there is nobody, and asks when there are many', async () => {
    const { first } = await family('Elm')
    const found = await admin.get(`${PATH}?search=${encodeURIComponent(first.email)}`)
    expect(treeIn(found)).toStrictEqual(['Elm first', '.Elm third', '.Elm fourth'])
    expect(textOf(found)).toContain('Everybody Elm root Elm first')
    expect(textOf(await admin.get(`${PATH}?search=nobody@nowhere.example`))).toContain(
      'There is nobody like that.',
    )
    expect(textOf(await admin.get(`${PATH}?search=branch`))).toContain('Which of them?')
  })

  test('keeps whoever has been forgotten in their place, without a name', async () => {
    const { root, first } = await family('Ash')
    await site.house.execute(eraseUser, { userId: first.id, email: first.email }, byAdmin())
    const page = await admin.get(`${PATH}?root=${root.id}`)
    expect(treeIn(page)).toStrictEqual([
      'Ash root',
      '.somebody forgotten',
      '..Ash third',
      '..Ash fourth',
      '.Ash second',
    ])
  })

  test('shows only a few of very many, says how many more, and leads to them', async () => {
    const root = await somebody('Wide root')
    const code = await codeOf(site, root)
    for (let n = 0; n < 42; n++) await somebody(`Wide ${n}`, code)
    const page = await admin.get(`${PATH}?root=${root.id}`)
    expect(treeIn(page)).toHaveLength(42)
    expect(treeIn(page).at(-1)).toBe('.+ 2 more')
    const [, more] = /href="([^"]*skip[^"]*)"/.exec(page.html) ?? []
    const rest = await admin.get((more ?? '').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'))
    expect(treeIn(rest)).toHaveLength(3)
  })

  test('the start page has those who brought most, and the sign-ups of 30 days by the way people came', async () => {
    const { root } = await family('Fir')
    await site.member()
    const page = await admin.get(PATH)
    expect(textOf(page)).toContain('Fir root')
    expect(page.html).toContain(`${PATH}?root&#x3D;${root.id}`)
    const today = site.clock().slice(0, 10)
    const [row] =
      new RegExp(`<time datetime="${today}">[^<]*</time></th>[\\s\\S]*?</tr>`).exec(page.html) ?? []
    const [day] = await site.house.reads.referrals.signUpsOn([today])
    expect(row?.match(/>\d+</g)).toStrictEqual(
      [day?.self, day?.invite, day?.referral].map((count) => `>${count}<`),
    )
    expect(day?.referral).toBeGreaterThanOrEqual(4)
  })

  test('a root or a place that is none shows a page all the same', async () => {
    for (const query of ['?root=nobody', '?skip=-1', '?skip=many', `?root=${site.house.newId()}&skip=5`]) {
      expect((await admin.get(PATH + query)).status).toBe(200)
    }
  })
})

describe('a subtree that is up to no good', () => {
  test('is looked at before: who they are, how many, since when', async () => {
    const { root, first } = await family('Yew')
    await site.house.execute(suspendUser, { userId: first.id, reason: null }, byAdmin())
    const page = await inspect(root)
    expect(textOf(page)).toContain('Could be suspended now 4')
    expect(textOf(page)).toContain('Suspended already 1')
    expect(textOf(page)).toContain('Suspend 4 users')
    expect((await admin.get(`${PATH}/${site.house.newId()}`)).status).toBe(404)
  })

  test('is suspended in one decision, and reinstated by one press: those of this batch, nobody else', async () => {
    const { root, first, second, third, fourth } = await family('Thorn')
    const all = [root, first, second, third, fourth]
    const hers = await signedIn(third)
    await site.house.execute(suspendUser, { userId: second.id, reason: null }, byAdmin())
    const answer = await admin.submit(await inspect(root), `${PATH}/${root.id}/suspend`, { reason: 'Spam' })
    expect(answer.location).toMatch(/^\/admin\/referrals\/batches\/[0-9A-Z]{26}$/)
    expect(await Promise.all(all.map(isSuspended))).toStrictEqual([true, true, true, true, true])
    expect((await hers.get('/profile')).location).toBe('/?next=/profile')
    await site.house.execute(reinstateUser, { userId: fourth.id }, byAdmin())
    await site.house.execute(suspendUser, { userId: fourth.id, reason: null }, byAdmin())
    const batch = await admin.follow(answer)
    expect(textOf(batch)).toContain('They are suspended.')
    const undone = await admin.submit(batch, `${answer.location}/reinstate`)
    expect(undone.location).toBe(answer.location)
    expect(await Promise.all(all.map(isSuspended))).toStrictEqual([false, false, true, false, true])
    const after = await admin.follow(undone)
    expect(textOf(after)).toContain('Nobody is suspended by it any more.')
    expect(after.html).not.toContain('/reinstate"')
    expect(textOf(await admin.get(PATH))).toContain('Suspended together')
  })

  test('that has grown since it was looked at is shown again, and nobody is suspended', async () => {
    const { root, second } = await family('Ivy')
    const page = await inspect(root)
    await somebody('Ivy late', await codeOf(site, second))
    const answer = await admin.submit(page, `${PATH}/${root.id}/suspend`)
    expect(answer.status).toBe(409)
    expect(textOf(answer)).toContain('Meanwhile others came or went')
    expect(await isSuspended(root)).toBe(false)
    expect((await admin.submit(answer, `${PATH}/${root.id}/suspend`)).status).toBe(303)
  })

  test('nor if somebody else has come for one who went: as many are not the same', async () => {
    const { root, second, fourth } = await family('Sloe')
    const page = await inspect(root)
    await somebody('Sloe late', await codeOf(site, second))
    await site.house.execute(eraseUser, { userId: fourth.id, email: fourth.email }, byAdmin())
    const answer = await admin.submit(page, `${PATH}/${root.id}/suspend`)
    expect(answer.status).toBe(409)
    expect(await isSuspended(root)).toBe(false)
  })

  test('with the last admin in it is left alone', async () => {
    const root: Planted = { id: site.adminId, email: '', name: null }
    const page = await inspect(root)
    expect(textOf(page)).toContain('You are among them')
    const answer = await admin.submit(page, `${PATH}/${root.id}/suspend`)
    expect(answer.status).toBe(409)
    expect(await isSuspended(root)).toBe(false)
  })

  test('a reason that is too long is said so, and kept', async () => {
    const { root } = await family('Moss')
    const reason = 'a'.repeat(201)
    const answer = await admin.submit(await inspect(root), `${PATH}/${root.id}/suspend`, { reason })
    expect([answer.status, answer.html.includes(`value="${reason}"`)]).toStrictEqual([422, true])
    expect(await isSuspended(root)).toBe(false)
  })

  test('pressed twice it is suspended once', async () => {
    const { root } = await family('Fern')
    const page = await inspect(root)
    const answers = [
      await admin.submit(page, `${PATH}/${root.id}/suspend`),
      await admin.submit(page, `${PATH}/${root.id}/suspend`),
    ]
    expect(answers.map(({ status }) => status)).toStrictEqual([303, 409])
    const batches = await site.house.reads.referrals.batches(100)
    expect(batches.filter(({ rootId }) => rootId === root.id)).toHaveLength(1)
  })

  test('a batch that is none is not found, and can’t be undone', async () => {
    const id = site.house.newId()
    expect((await admin.get(`${PATH}/batches/${id}`)).status).toBe(404)
  })
})
