import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

type Line = Record<string, unknown> & { level: number; msg: string }
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

const program = join(import.meta.dirname, 'log-writer.ts')
/** Runs a process that logs one information, an error and a fatal line, and exits at once. */
const logged = (level: string, file = '') => {
  const { stdout, stderr } = spawnSync(process.execPath, [program, level, file, '1'], { encoding: 'utf8' })
  return { stdout, stderr, lines: linesOf(stderr) }
}
const files = (name: string) => readdirSync(join(folder, name)).toSorted()
const read = (name: string, file: string) => readFileSync(join(folder, name, file), 'utf8')

describe('the log', () => {
  test('is JSON, a line an entry, on standard error: standard output belongs to the mails', () => {
    const { stdout, lines } = logged('info')
    expect(stdout).toBe('')
    expect(lines.map(({ level, msg, service }) => [level, msg, service])).toStrictEqual([
      [30, 'all is well', 'latchkey'],
      [50, 'all is lost', 'latchkey'],
      [60, 'the end', 'latchkey'],
    ])
  })

  test('T33 holds no secret, however deep it stands, in lists and in errors, and keeps the rest', () => {
    const { stderr, lines } = logged('info')
    expect(stderr).not.toContain('SECRET')
    expect(lines[0]).toMatchObject({
      list: [{ email: '[removed]' }],
      one: { two: { three: { password: '[removed]', kept: 'KEPT-1' } } },
      headers: { authorization: '[removed]', cookie: '[removed]' },
      token: '[removed]',
    })
  })

  test('shows of an error its type, message, stack and code', () => {
    const [, error] = logged('info').lines
    expect(error).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'it broke',
        code: 'SQLITE_FULL',
        stack: expect.stringContaining('log-writer.ts'),
        secret: '[removed]',
      },
    })
  })

  test('says no more than its level allows', () => {
    expect(logged('error').lines.map(({ msg }) => msg)).toStrictEqual(['all is lost', 'the end'])
    expect(logged('silent').stderr).toBe('')
  })
})

describe('S0-45 the file of errors', () => {
  test('gets errors and nothing else, the last one before an end too, without the secrets in them', () => {
    logged('info', join(folder, 'logs', 'errors.log'))
    expect(files('logs')).toStrictEqual(['errors.1.log'])
    const text = read('logs', 'errors.1.log')
    expect(linesOf(text).map(({ msg }) => msg)).toStrictEqual(['all is lost', 'the end'])
    expect(text).not.toContain('SECRET')
  })

  test('is its owner’s alone', () => {
    logged('info', join(folder, 'logs', 'errors.log'))
    expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'logs', 'errors.1.log')).mode & 0o777).toBe(0o600)
  })

  test('is rotated at 10 MB, and only some older ones are kept, those of earlier runs counted', () => {
    const file = join(folder, 'logs', 'errors.log')
    for (let run = 0; run < 2; run++) {
      spawnSync(process.execPath, [program, 'error', file, '9', '5000000'], { stdio: 'ignore' })
    }
    const kept = files('logs')
    expect(kept.length).toBeGreaterThanOrEqual(5)
    expect(kept.length).toBeLessThanOrEqual(7) // how many exactly depends on how far the cleaning came before the end
    expect(kept).not.toContain('errors.1.log')
    for (const name of kept) {
      const { size } = statSync(join(folder, 'logs', name))
      expect(size).toBeLessThan(16_000_000)
      expect(linesOf(read('logs', name)).every(({ level }) => level >= 50)).toBe(true)
    }
  })
})
