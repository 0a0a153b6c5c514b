import { describe, expect, test } from 'vitest'
import { mailTemplates } from '../../../src/domain/mails/events.ts'
import { inForce } from '../../../src/domain/settings/in-force.ts'
import { logoValue } from '../../../src/domain/settings/logo.ts'
import { languages, mailParts, mailTextName } from '../../../src/domain/settings/names.ts'
import { valueProblem } from '../../../src/domain/settings/values.ts'
import { exampleMail } from '../../../src/infrastructure/mail/examples.ts'
import { mailLook } from '../../../src/infrastructure/mail/look.ts'
import { mailWords } from '../../../src/infrastructure/mail/texts.ts'
import { builtInLook, SURROUNDINGS } from '../../support/look.ts'

const PUBLIC = 'https://id.example.org'
const LOOK = builtInLook(PUBLIC)
const each = mailTemplates.flatMap((template) => languages.map((locale) => [template, locale] as const))

describe.each(each)('the mail %s in %s', (template, locale) => {
  const { html, text, subject } = exampleMail(template, locale, LOOK)

  test('is built as mail programs want it: tables for looks, styles in attributes, both themes, nothing loaded', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${locale}" dir="ltr"`))
    for (const table of html.match(/<table\b[^>]*>/g) ?? []) expect(table).toContain('role="presentation"')
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
    expect(html).toContain('@media (prefers-color-scheme: dark)')
    expect(html).not.toMatch(/<(?:script|link|iframe|form|img)\b|url\(|@import|\bon\w+=/i)
    expect(html.length).toBeLessThan(20_000) // programs cut off what is longer than 100 KB
  })

  test('leads to us and nowhere else, by a button and by the same link in the open', () => {
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, url = '']) => url)
    expect(links).toHaveLength(3)
    expect(links[0]).toBe(links[1])
    for (const url of links) expect(url.startsWith(`${PUBLIC}/`)).toBe(true)
    const lines = text.split('\n')
    expect(lines).toContain(links[0]?.replaceAll('&#x3D;', '='))
    expect(lines.filter((line) => line.includes('://') && !/^https:\/\/\S+$/.test(line))).toStrictEqual([])
  })

  test('says the same as text', () => {
    const words = mailWords[locale].templates[template]
    expect(subject).toBe(words.subject)
    for (const part of ['lead', 'closing'] as const) {
      const start = words[part].split('{')[0]?.trim() ?? ''
      expect(text).toContain(start)
      expect(html.replaceAll('&#x27;', "'")).toContain(start)
    }
    expect(text).not.toMatch(/\n\n\n|\{|\}|<|undefined/)
  })

  test('is shown in a list of mails with its first words', () => {
    const hidden = /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1] ?? ''
    expect(hidden.length).toBeGreaterThan(20)
  })

  test('came with words that an admin could have written', () => {
    for (const part of mailParts) {
      const value = mailWords[locale].templates[template][part]
      expect(valueProblem(mailTextName(template, locale, part), value)).toBeNull()
    }
  })
})

test('a brand is in the mail, and nothing of ours beside it', () => {
  const logo = logoValue('\x89PNG\r\n\x1a\n') ?? ''
  const settings = inForce(
    SURROUNDINGS,
    new Map([
      ['brand.name', 'Ours & Co'],
      ['brand.accent', '#7a1fa2'],
      ['brand.logo', logo],
      ['mail.invite.en.lead', 'First.\n\nSecond, to {login}.'],
    ]),
  )
  const mail = exampleMail(
    'invite',
    'en',
    mailLook(settings, PUBLIC, () => '/assets/logo.png'),
  )
  expect(mail.senderName).toBe('Ours & Co')
  expect(mail.html).toContain(`<img src="${PUBLIC}/assets/logo.png" alt=""`)
  expect(mail.html).toContain('Ours &amp; Co</span>')
  expect(mail.html).toContain('background:#7a1fa2')
  expect(mail.html).not.toMatch(/Latchkey|#17594a/)
  expect(mail.text).toContain('First.\n\nSecond, to ada@example.org.\n')
})
