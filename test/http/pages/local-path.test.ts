import { expect, test } from 'vitest'
import { localPath } from '../../../src/http/pages/kit.ts'
import { pageOf } from '../../../src/http/pages/layout.ts'

const HOME = 'https://id.example.org'

test.each([
  ['/', '/'],
  ['/admin/invites?state=open&search=a%40b', '/admin/invites?state=open&search=a%40b'],
  ['/invites/token', '/invites/token'],
])('T31 a path of this site is followed: %s', (wanted, path) => {
  expect(localPath(wanted, HOME)).toBe(path)
})

test.each([
  ['//evil.example'],
  ['/\\evil.example'],
  ['/\t/evil.example'],
  ['/\n/evil.example/path'],
  ['https:evil.example'],
  ['https://evil.example/'],
  ['javascript:alert(1)'],
  ['@evil.example'],
  ['evil'],
  [''],
  [undefined],
  [['/a', '/b']],
])('T31 anything else leads to the main page: %j', (wanted) => {
  expect(localPath(wanted, HOME)).toBe('/')
})

test.each([
  ['/logout', '/'],
  ['/invites/abc/sign-in-link', '/invites/abc'],
  ['/admin/invites/01ABC/revoke', '/admin/invites'],
  ['/admin/users/01ABC/suspend', '/admin/users/01ABC'],
  ['/admin/users/01ABC/erase', '/admin/users/01ABC/erase'],
  ['/admin/users/01ABC', '/admin/users/01ABC'],
  ['/password/change', '/password/change'],
])('the page that %s belongs to can be opened again: %s', (path, page) => {
  expect(pageOf(path)).toBe(page)
})
