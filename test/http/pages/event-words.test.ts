import { describe, expect, test } from 'vitest'
import {
  type DomainEvent,
  definitionOf,
  type EventType,
  eventTypes,
  type NewEvent,
} from '../../../src/domain/catalogue.ts'
import { eventWords } from '../../../src/http/pages/event-words.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'
import { goldenExamples } from '../../support/golden.ts'

const exampleOf = (type: EventType): DomainEvent =>
  ({ ...recorded(cast.purged)[0], type, data: goldenExamples[type] }) as unknown as DomainEvent

const HOLES = /undefined|null|NaN|\[object|\{|\}/

describe('the words for what has happened', () => {
  test.each(eventTypes)('tell %s in a sentence, in English and in Russian', (type) => {
    const [english, russian] = (['en', 'ru'] as const).map((locale) => eventWords(locale, exampleOf(type)))
    for (const sentence of [english, russian]) {
      expect(sentence).toMatch(/^\p{L}.*\.$|\. (?:Reason|Причина): .+$/u)
      expect(sentence).not.toMatch(HOLES)
    }
    expect(english).not.toMatch(/[а-яё]/i)
    expect(russian).toMatch(/[а-яё]/i)
  })

  test.each(eventTypes)('tell %s as well once its person has been forgotten', (type) => {
    const event = exampleOf(type)
    const nothing = Object.fromEntries(definitionOf(type).personalFields.map((field) => [field, null]))
    const forgotten = { ...event, data: { ...event.data, ...nothing } } as DomainEvent
    for (const locale of ['en', 'ru'] as const) {
      const sentence = eventWords(locale, forgotten)
      expect(sentence).toMatch(/^\p{L}.*\.$/u)
      expect(sentence).not.toMatch(HOLES)
      expect(sentence).not.toContain('@')
    }
  })

  const says = (event: NewEvent) => {
    const [one] = recorded(event)
    if (!one) throw new Error('nothing was recorded')
    return [eventWords('en', one), eventWords('ru', one)]
  }

  test('name what is new in a profile: name, language, or both', () => {
    expect(says(cast.profileChanged({ name: 'Ada' }))).toStrictEqual([
      'Changed the name to Ada.',
      'Новое имя: Ada.',
    ])
    expect(says(cast.profileChanged({ locale: 'ru' }))).toStrictEqual([
      'Changed the language to Russian.',
      'Новый язык: русский.',
    ])
    expect(says(cast.profileChanged({ name: 'Ada', locale: 'en' }))[0]).toBe(
      'Changed the name to Ada and the language to English.',
    )
  })

  test('give the reason where there is one', () => {
    const suspended = cast.suspended(cast.BEN)
    expect(says(suspended)[0]).toBe('Was suspended.')
    expect(says({ ...suspended, data: { ...suspended.data, reason: 'on leave' } })).toStrictEqual([
      'Was suspended. Reason: on leave',
      'Пользователь заблокирован. Причина: on leave',
    ])
  })

  test('tell a new device from a known one', () => {
    expect(says(cast.loggedIn('password'))[0]).toBe('Signed in with a password.')
    expect(says(cast.loggedIn('password', { isNewDevice: true }))[0]).toBe(
      'Signed in with a password, on a device not seen before.',
    )
  })

  test('call mails by their names, and one that is sent no more by its old one', () => {
    expect(says(cast.mailSent)).toStrictEqual(['A mail was sent: invite.', 'Отправлено письмо: приглашение.'])
    const old = { ...cast.mailSent, data: { ...cast.mailSent.data, template: 'seasons-greetings' } }
    expect(says(old)[0]).toBe('A mail was sent: seasons-greetings.')
  })
})
