import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COUNTS, TOGETHER, WAITING } from './rows.ts'

const tests = join(import.meta.dirname, '..')
/** A title, or the first word of a table's line, begins with what it shows: "S2-1, T13: …". */
const LEADING = /['"`]((?:(?:S\d-|[CTW]-?)\d+(?:, |: | ))+)/g
const ROW = /\b(?:S\d|W)-\d+\b/g

const rowsIn = (source: string): string[] =>
  [...source.matchAll(LEADING)].flatMap(([, list = '']) => list.match(ROW) ?? [])

const all = Object.entries(COUNTS).flatMap(([list, count]) =>
  Array.from({ length: count }, (_, n) => `${list}-${n + 1}`),
)
const named = new Set(
  readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => rowsIn(readFileSync(join(tests, file), 'utf8'))),
)
const waits = (row: string) => Object.hasOwn(WAITING, row)

describe('the rows of the requirements', () => {
  test('are found in titles and tables, and nowhere else', () => {
    const source = [
      `test('S2-1, T13: it does', () => {})`,
      `  ['S3-7 no address', 1],`,
      `// S4-9 in a comment`,
      `expect('row S1-1').toBe(id)`,
      `const id = 'S1-2'`,
    ].join('\n')
    expect(rowsIn(source)).toStrictEqual(['S2-1', 'S3-7'])
  })

  test('are each named by a test that shows it, or wait for a reason', () => {
    const missing = all.filter((row) => !named.has(row) && !waits(row) && !Object.hasOwn(TOGETHER, row))
    expect(missing).toStrictEqual([])
    const open = Object.entries(WAITING).filter(([row]) => !named.has(row))
    if (open.length > 0)
      console.info(
        `${open.length} of ${all.length} rows wait:\n${open.map(([row, why]) => `  ${row}: ${why}`).join('\n')}`,
      )
  })

  test('that are made of others hold with them', () => {
    for (const [row, parts] of Object.entries(TOGETHER)) {
      const missing = parts.filter(
        (part) => !named.has(part) && !waits(part) && !Object.hasOwn(TOGETHER, part),
      )
      expect([row, missing]).toStrictEqual([row, []])
    }
  })

  test('no test names a row that there is not', () => {
    expect([...named].filter((row) => !all.includes(row))).toStrictEqual([])
    expect(Object.keys(WAITING).filter((row) => !all.includes(row))).toStrictEqual([])
  })

  test('no row that is named still waits', () => {
    expect(Object.keys(WAITING).filter((row) => named.has(row))).toStrictEqual([])
  })
})
