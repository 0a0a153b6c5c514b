import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openViews } from '../../../src/http/pages/view.ts'

const VIEWS = join(import.meta.dirname, '..', '..', '..', 'src', 'http', 'views')
const sources = readdirSync(VIEWS).map((name) => [name, readFileSync(join(VIEWS, name), 'utf8')] as const)

describe('the views as they are written', () => {
  test.each(sources)(
    '%s escapes every value, and needs neither inline script nor inline style',
    (_, source) => {
      expect(source).not.toMatch(/\{\{\{|\{\{&/)
      expect(source).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/i)
      const bare = source.replaceAll(/\{\{[^}]*\}\}/g, '').replaceAll(/"[^"]*"/g, '""')
      expect(bare, 'an unquoted attribute').not.toMatch(/<[^>]*\s[\w-]+=(?!["'])/)
    },
  )

  test.each(sources.filter(([, source]) => /<form[^>]*method="post"/.test(source)))(
    '%s puts a token into every form that posts',
    (_, source) => {
      const forms = [...source.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)].map(([form]) => form)
      for (const form of forms) expect(form).toContain('name="_csrf"')
    },
  )
})

describe('the view engine', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-views-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const render = (files: Record<string, string>, view: Record<string, unknown> = {}): string => {
    for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, `${name}.hbs`), source)
    return openViews(folder)('page', { locale: 'en', zone: 'UTC', ...view })
  }

  test('escapes what people typed, in text, in attributes and inside of words', () => {
    const nasty = `<b>"'&=`
    const escaped = '&lt;b&gt;&quot;&#x27;&amp;&#x3D;'
    expect(render({ page: '{{x}} <i title="{{x}}"></i> {{t \'me.title\' name=x}}' }, { x: nasty })).toBe(
      `${escaped} <i title="${escaped}"></i> Hello, ${escaped}`,
    )
  })

  test('refuses to show a hole where a value is missing', () => {
    expect(() => render({ page: '{{nobody}}' })).toThrow('"nobody" not defined')
  })

  test('refuses words that are not written, and views that are not there', () => {
    expect(() => render({ page: "{{t 'no.such.words'}}" })).toThrow('no text named no.such.words')
    expect(() => openViews(folder)('nothing', { locale: 'en', zone: 'UTC' })).toThrow('no view named nothing')
  })

  test('leaves the lines of what people typed as they are, however deep its partial stands', () => {
    const files = { _box: '<textarea>{{lines}}</textarea>', page: '<div>\n    {{> box}}\n</div>' }
    expect(render(files, { lines: 'one\ntwo' })).toContain('<textarea>one\ntwo</textarea>')
  })

  test('makes nothing of a template that somebody types as a value', () => {
    expect(render({ page: '{{x}}' }, { x: '{{t "site.name"}}' })).toBe('{{t &quot;site.name&quot;}}')
  })
})
