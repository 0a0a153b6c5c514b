import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en, enCounts } from '../../../src/http/pages/texts/en.ts'
import { ru, ruCounts } from '../../../src/http/pages/texts/ru.ts'
import { duration, moment, plural, text, textKey } from '../../../src/http/pages/words.ts'

const HTTP = join(import.meta.dirname, '..', '..', '..', 'src', 'http')
const filesOf = (folder: string, kind: RegExp): string[] =>
  readdirSync(join(HTTP, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => kind.test(name) && !name.startsWith('texts'))
    .map((name) => readFileSync(join(HTTP, folder, name), 'utf8'))

const views = filesOf('views', /\.hbs$/)
const code = filesOf('pages', /\.ts$/)
const named = (sources: readonly string[], pattern: RegExp): string[] =>
  sources.flatMap((source) => [...source.matchAll(pattern)].map(([, key = '']) => key))

describe('the words of the pages', () => {
  test('have the same blanks to be filled in, in both languages', () => {
    const blanks = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort()
    for (const key of Object.keys(en).map(textKey))
      expect(blanks(ru[key]), key).toStrictEqual(blanks(en[key]))
  })

  test('are written in Cyrillic where they are Russian, but for names', () => {
    const latin = Object.entries(ru).filter(([, words]) => !/[а-яё]/i.test(words))
    expect(latin).toStrictEqual([])
  })

  test('are all there for the views that name them', () => {
    const keys = named(views, /\{\{t '([^']+)'|\(t '([^']+)'/g)
    expect(keys.length).toBeGreaterThan(100)
    for (const key of keys.filter((one) => one !== '')) expect(textKey(key)).toBe(key)
  })

  test('are all used by some page', () => {
    const everything = [...views, ...code].join('\n')
    const prefixes = named(views, /\{\{tk '([^']+)'/g)
    const patterns = named(code, /`([\w.-]*\$\{[^}]+\}[\w.-]*)`/g).map(
      (pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[\\w-]+')}$`),
    )
    const isUsed = (key: string) =>
      everything.includes(`'${key}'`) ||
      prefixes.some((prefix) => key.startsWith(prefix)) ||
      patterns.some((pattern) => pattern.test(key))
    expect(Object.keys(en).filter((key) => !isUsed(key))).toStrictEqual([])
  })

  test('count in the plural forms of their language', () => {
    const said = (locale: 'en' | 'ru') => [0, 1, 2, 5, 21, 22, 111].map((n) => plural(locale, 'issued', n))
    expect(said('en')).toStrictEqual([
      '0 invites sent.',
      '1 invite sent.',
      '2 invites sent.',
      '5 invites sent.',
      '21 invites sent.',
      '22 invites sent.',
      '111 invites sent.',
    ])
    expect(said('ru')).toStrictEqual([
      'Отправлено 0 приглашений.',
      'Отправлено 1 приглашение.',
      'Отправлено 2 приглашения.',
      'Отправлено 5 приглашений.',
      'Отправлено 21 приглашение.',
      'Отправлено 22 приглашения.',
      'Отправлено 111 приглашений.',
    ])
  })

  test('have every plural form that their language knows', () => {
    const categories = (locale: string) =>
      new Intl.PluralRules(locale).resolvedOptions().pluralCategories.sort()
    for (const forms of Object.values(enCounts))
      expect(Object.keys(forms).sort()).toStrictEqual(categories('en'))
    for (const forms of Object.values(ruCounts))
      expect(Object.keys(forms).sort()).toStrictEqual(categories('ru'))
  })

  test('take values as they are: what looks like a blank or a pattern in them stays itself', () => {
    expect(text('en', 'me.title', { name: '{login} $& $1' })).toBe('Hello, {login} $& $1')
  })

  test('tell moments in the time zone of their reader and say which that is', () => {
    const at = '2026-03-01T23:30:00.000Z'
    expect(moment({ locale: 'en', zone: 'UTC' }, at)).toBe('1 Mar 2026, 23:30 UTC')
    expect(moment({ locale: 'ru', zone: 'UTC' }, at)).toBe('1 мар. 2026, 23:30 UTC')
    expect(moment({ locale: 'en', zone: 'Europe/Berlin' }, at)).toBe('2 Mar 2026, 00:30 CET')
    expect(moment({ locale: 'ru', zone: 'Asia/Kolkata' }, at)).toBe('2 мар. 2026, 05:00 GMT+5:30')
  })

  test('tell how long something lasts in the unit in which it was said', () => {
    const said = (locale: 'en' | 'ru') => ['7d', '36h', '1m'].map((words) => duration(locale, words))
    expect(said('en')).toStrictEqual(['7 days', '36 hours', '1 minute'])
    expect(said('ru')).toStrictEqual(['7 дней', '36 часов', '1 минута'])
  })

  test('that nobody has written stop the page instead of leaving a hole in it', () => {
    expect(() => textKey('no.such.words')).toThrow('no text named no.such.words')
  })
})
