import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventTypes } from '../../src/domain/catalogue.ts'
import { problemCodes } from '../../src/http/problems.ts'
import { generatedDocs } from '../support/generated-docs.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('what is generated', () => {
  test.each(Object.entries(generatedDocs))(
    '%s is as the code says; otherwise: npm run docs',
    (path, content) => expect(read(path)).toBe(content()),
  )

  test('every event is there with a decision that says it, in a file that exists', () => {
    const text = read('docs/events.md')
    for (const type of eventTypes) {
      const section = text.split(`### ${type}\n`)[1]?.split('\n### ')[0] ?? ''
      const files = [...section.matchAll(/\]\(\.\.\/(src[^)]+)\)/g)].map(([, file = '']) => file)
      expect(files.length, type).toBeGreaterThan(0)
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
    }
  })

  test('every reason for a no is there', () => {
    const text = read('docs/refusals.md')
    for (const code of problemCodes) expect(text).toContain(`| \`${code}\` |`)
  })

  test('what pages weigh is there, each within the budget that the page tells of', () => {
    const text = read('docs/budget.md')
    const pages = [...text.matchAll(/^\| (\/\S*)[^|]* \| ([\d.]+) \|/gm)].map(([, page = '', kb]) => ({
      page,
      kb: Number(kb),
    }))
    expect(pages.length).toBeGreaterThan(40)
    expect(pages.filter(({ page, kb }) => kb > 60 && page !== '/docs/api')).toStrictEqual([])
  })
})
