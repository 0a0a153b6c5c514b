import { expect, test } from 'vitest'
import type { DomainEvent, EventType } from '../../../src/domain/catalogue.ts'
import { BoundaryCache } from '../../../src/infrastructure/event-store/boundary-cache.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'

const INVITES: readonly EventType[] = ['InviteIssued', 'InviteRevoked']
const MAILS: readonly EventType[] = ['MailSent']
const [issued, revoked, mail] = recorded(cast.issued(), cast.revoked(), cast.mailSent) as [
  DomainEvent,
  DomainEvent,
  DomainEvent,
]
const many = (count: number): DomainEvent[] => Array.from({ length: count }, () => issued)

test('knows what it was told, by tag and by the very list of types', () => {
  const cache = new BoundaryCache()
  expect(cache.get('a', INVITES)).toBeUndefined()
  cache.set('a', INVITES, [issued])
  cache.set('a', MAILS, [])
  expect(cache.get('a', INVITES)).toStrictEqual([issued])
  expect(cache.get('a', MAILS)).toStrictEqual([])
  expect(cache.get('b', INVITES)).toBeUndefined()
  expect(cache.get('a', [...INVITES])).toBeUndefined()
})

test('keeps its own lists: whoever told it may go on with theirs', () => {
  const cache = new BoundaryCache()
  const first = [issued]
  const second = [mail]
  cache.set('a', INVITES, first)
  cache.set('a', MAILS, second)
  first.push(revoked)
  second.push(mail)
  expect(cache.get('a', INVITES)).toStrictEqual([issued])
  expect(cache.get('a', MAILS)).toStrictEqual([mail])
})

test('takes in what was committed under a tag, each type where it is asked for', () => {
  const cache = new BoundaryCache()
  cache.set('a', INVITES, [issued])
  cache.set('a', MAILS, [])
  cache.set('b', INVITES, [])
  cache.add('a', [revoked, mail])
  cache.add('nobody has asked', [issued])
  expect(cache.get('a', INVITES)).toStrictEqual([issued, revoked])
  expect(cache.get('a', MAILS)).toStrictEqual([mail])
  expect(cache.get('b', INVITES)).toStrictEqual([])
  expect(cache.get('nobody has asked', INVITES)).toBeUndefined()
})

test('keeps a hundred events under a tag and no more', () => {
  const cache = new BoundaryCache()
  cache.set('a', INVITES, many(100))
  cache.set('b', INVITES, many(101))
  expect(cache.get('a', INVITES)).toHaveLength(100)
  expect(cache.get('b', INVITES)).toBeUndefined()
  cache.set('a', MAILS, [mail])
  cache.add('a', [])
  expect(cache.get('a', INVITES)).toHaveLength(100)
  cache.add('a', [revoked])
  expect(cache.get('a', INVITES)).toBeUndefined()
  expect(cache.get('a', MAILS)).toStrictEqual([mail])
})

test('forgets everything at once, and the tag that was asked for longest ago', () => {
  const cache = new BoundaryCache()
  for (let n = 0; n <= 5000; n++) cache.set(String(n), INVITES, [issued])
  expect(cache.get('0', INVITES)).toBeUndefined()
  expect(cache.get('1', INVITES)).toStrictEqual([issued])
  cache.clear()
  expect(cache.get('1', INVITES)).toBeUndefined()
})
