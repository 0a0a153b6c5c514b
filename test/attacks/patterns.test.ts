import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const LENGTH = 20_000
/** Linear patterns need some milliseconds for this length, quadratic ones seconds. */
const ENOUGH_MS = 250

/** Every regular expression that is written in the source: after something that a division can't follow. */
const patternsIn = (source: string): RegExp[] =>
  [
    ...source.matchAll(
      /(?<=[=(,:?|&!\s[{])\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=[.,;)\s\]])/g,
    ),
  ].flatMap(([, body = '', flags = '']) => {
    if (body.startsWith('*')) return []
    try {
      return [new RegExp(body, flags)]
    } catch {
      return []
    }
  })

const found = new Map(
  globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.startsWith('src/http/public'))
    .flatMap((file) =>
      patternsIn(readFileSync(join(root, file), 'utf8')).map(
        (pattern) => [`${file} ${String(pattern)}`, pattern] as const,
      ),
    ),
)

const PUMPS = [
  'a',
  '0',
  ' ',
  '\t',
  '.',
  '-',
  '_',
  '@',
  ':',
  '/',
  '"',
  "'",
  '<',
  '{',
  '=',
  ',',
  '\n',
  'é',
  'a.',
  '.a',
  'a@',
  '0a',
  'a ',
  '--',
  '{{',
  '%4',
  '\\',
]

const takes = (pattern: RegExp, text: string): number => {
  pattern.lastIndex = 0
  const began = performance.now()
  pattern.test(text)
  return performance.now() - began
}

describe('T41: regular expressions', () => {
  test('are found in the source', () => {
    expect(found.size).toBeGreaterThan(80)
  })

  test('take no longer for who pumps them up: whatever is repeated, a match fails in time', () => {
    const slow: string[] = []
    for (const [where, pattern] of found) {
      for (const pump of PUMPS) {
        const text = `${pump.repeat(LENGTH / pump.length)}\u0000!`
        // Once slow may be the machine's fault, twice is the pattern's.
        if (takes(pattern, text) > ENOUGH_MS && takes(pattern, text) > ENOUGH_MS) {
          slow.push(`${where} on ${JSON.stringify(pump)}`)
          break
        }
      }
    }
    expect(slow).toStrictEqual([])
  })
})
