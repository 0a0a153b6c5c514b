import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeProfile } from '../../../src/domain/users/change-profile.ts'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const langOf = ({ html }: { html: string }) => /<html lang="(\w+)">/.exec(html)?.[1]

test.each([
  ['ru', 'ru'],
  ['ru-RU,ru;q=0.9,en;q=0.5', 'ru'],
  ['de-DE,de;q=0.9', 'en'],
  ['de, ru;q=0.4, en;q=0.3', 'ru'],
  ['*', 'en'],
  ['', 'en'],
])('a browser that wants "%s" is answered in %s', async (wish, language) => {
  const page = await site.visitor().request('GET', '/', { headers: { 'accept-language': wish } })
  expect(langOf(page)).toBe(language)
  expect(page.headers.get('vary')?.split(', ')).toContain('Accept-Language')
})

test('what is asked for counts before what is remembered, that before the user’s own, that before the browser’s wish', async () => {
  const { visitor, id } = await site.member()
  const by = { actor: `user:${id}`, correlation: site.house.newId() } as const
  expect(langOf(await visitor.get('/'))).toBe('en')
  await site.house.execute(changeProfile, { userId: id, name: null, locale: 'ru' }, by)
  expect(langOf(await visitor.get('/'))).toBe('ru')
  expect(langOf(await visitor.get('/?lang=en'))).toBe('en')
  expect(langOf(await visitor.get('/'))).toBe('en')
  expect(langOf(await visitor.get('/?lang=ru'))).toBe('ru')
  expect(langOf(await visitor.get('/?lang=xx'))).toBe('ru')
})

test('the other language is one click away on the same page, with what was searched for', async () => {
  const admin = await site.signedInAdmin()
  const { html } = await admin.get('/admin/users?search=ada&role=admin')
  expect(html).toContain('href="/admin/users?search&#x3D;ada&amp;role&#x3D;admin&amp;lang&#x3D;ru"')
})

test('problems are told in the visitor’s language, too', async () => {
  const page = await site.visitor().request('GET', '/nothing', { headers: { 'accept-language': 'ru' } })
  expect([page.status, langOf(page)]).toStrictEqual([404, 'ru'])
  expect(page.html).toContain('По этому адресу ничего нет.')
})
