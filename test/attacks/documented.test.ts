import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
/** A test as the page names it: its file below `test/`, and words that stand in it. */
const NAMED = /`([\w/-]+): ([^`]+)`/g
const rowsOf = (first: RegExp): string[][] =>
  page
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
    .filter(([id = '']) => first.test(id))

describe('docs/security.md', () => {
  test('names tests that there are', () => {
    const named = [...page.matchAll(NAMED)]
    expect(named.length).toBeGreaterThan(300)
    const lost = named.filter(([, name = '', words = '']) => {
      const file = join(root, `test/${name}.test.ts`)
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(words)
    })
    expect(lost.map(([reference]) => reference)).toStrictEqual([])
  })

  test('has every threat once, and a test with each', () => {
    const rows = rowsOf(/^T\d\d$/)
    expect(rows.map(([id]) => id)).toStrictEqual(
      Array.from({ length: 50 }, (_, n) => `T${String(n + 1).padStart(2, '0')}`),
    )
    for (const [id, , shown = ''] of rows)
      expect([id, shown.match(NAMED)?.length ?? 0]).not.toStrictEqual([id, 0])
  })

  test('has every requirement of the levels 1 and 2 of ASVS 5.0 once, and what shows it or why it is not so', () => {
    const rows = rowsOf(/^\d+\.\d+\.\d+$/)
    const ids = rows.map(([id]) => id)
    expect([ids.length, new Set(ids).size]).toStrictEqual([253, 253])
    expect(rows.filter(([, level]) => level === '1')).toHaveLength(70)
    const bare = rows.filter(
      ([, , , shown = '']) => !/`[\w/-]+: [^`]+`|\]\(|^n\/a: |^deviation: |`npm run audit`/.test(shown),
    )
    expect(bare).toStrictEqual([])
  })
})
