import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root })

// Sentence, where it is planted, what is planted, what the linter says about it.
const violations = [
  ['the domain imports a package', 'src/domain', `export { ulid } from 'ulid'`, 'zod and itself'],
  [
    'the domain imports a Node module',
    'src/domain',
    `export { randomBytes } from 'node:crypto'`,
    'zod and itself',
  ],
  [
    'the domain imports one later',
    'src/domain',
    `export const x = () => import('node:fs')`,
    'zod and itself',
  ],
  ['the domain imports an alias', 'src/domain', `export { x } from '#anything'`, 'zod and itself'],
  ['the domain imports another zod', 'src/domain', `export { x } from 'zod-openapi'`, 'zod and itself'],
  [
    'the domain knows a table',
    'src/domain',
    `export { users } from '../projections/users.ts'`,
    'sees nobody',
  ],
  [
    'the domain knows an engine',
    'src/domain/x',
    `export { x } from '../../infrastructure/clock.ts'`,
    'sees nobody',
  ],
  [
    'the domain knows a page, if only its type',
    'src/domain',
    `export type { House } from '../http/house.ts'`,
    'sees nobody',
  ],
  ['the domain reads settings', 'src/domain', `export { readSettings } from '../config.ts'`, 'sees nobody'],
  ['the domain asks what time it is', 'src/domain', `export const x = Date.now()`, 'Time comes in'],
  ['the domain rolls dice', 'src/domain', `export const x = Math.random()`, 'Randomness comes in'],
  ['the domain makes an id', 'src/domain', `export const x = crypto.randomUUID()`, 'no-restricted-globals'],
  ['the domain reaches around', 'src/domain', `export const x = globalThis.fetch`, 'no-restricted-globals'],
  [
    'a projection knows an engine',
    'src/projections',
    `export { x } from '../infrastructure/database/sqlite.ts'`,
    'events only',
  ],
  ['a projection knows a page', 'src/projections', `export { x } from '../http/server.ts'`, 'events only'],
  ['a projection imports a package', 'src/projections', `export { LRUCache } from 'lru-cache'`, 'are pure'],
  [
    'a projection imports a Node module',
    'src/projections',
    `export { readFileSync } from 'node:fs'`,
    'are pure',
  ],
  [
    'infrastructure knows the pages',
    'src/infrastructure/x',
    `export { x } from '../../http/server.ts'`,
    'know the pages',
  ],
  [
    'infrastructure knows the command line',
    'src/infrastructure',
    `export { x } from '../cli/run.ts'`,
    'know the pages',
  ],
  [
    'http sees an engine',
    'src/http',
    `export { x } from '../infrastructure/database/sqlite.ts'`,
    'never an engine',
  ],
  [
    'a page sees an engine',
    'src/http/pages',
    `export { x } from '../../infrastructure/clock.ts'`,
    'never an engine',
  ],
  ['http sees how the house is built', 'src/http', `export { openApp } from '../app.ts'`, 'never an engine'],
  ['http imports an engine', 'src/http', `export { default } from 'better-sqlite3'`, 'never sees an engine'],
  [
    'a promise is let go',
    'src/cli',
    `const work = async () => 1\nexport const x = () => {\n  work()\n}`,
    'no-floating-promises',
  ],
  [
    'a promise is taken for true',
    'src/cli',
    `const work = async () => 1\nexport const x = () => (work() ? 1 : 2)`,
    'no-misused-promises',
  ],
  [
    'a case is forgotten',
    'src/cli',
    `export const x = (y: 'a' | 'b') => {\n  switch (y) {\n    case 'a':\n      return 1\n  }\n  return 2\n}`,
    'switch-exhaustiveness-check',
  ],
  ['somebody says any', 'src/cli', `export const x = (y: any) => String(y)`, 'no-explicit-any'],
] as const

describe('S2-47, S1-44 the rules of the house fail on a planted violation', () => {
  // A house of its own with the same rules, so that nothing strange ever stands in the real one.
  const elsewhere = mkdtempSync(join(tmpdir(), 'latchkey-lint-'))
  const said = new Map<string, string>()
  const plant = (file: string, content: string) => {
    mkdirSync(join(elsewhere, dirname(file)), { recursive: true })
    writeFileSync(join(elsewhere, file), `${content}\n`)
  }

  beforeAll(() => {
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
      copyFileSync(join(root, file), join(elsewhere, file))
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'))
    for (const [n, [, folder, content]] of violations.entries()) plant(`${folder}/planted-${n}.ts`, content)
    plant('src/cli/one.ts', `import { other } from './other.ts'\nexport const one = () => other`)
    plant('src/cli/other.ts', `import { one } from './one.ts'\nexport const other = () => one`)
    plant('src/domain/decent.ts', `import { z } from 'zod'\nexport const decent = z.string()`)
    plant('src/domain/x/decent.ts', `export { decent } from '../decent.ts'`)
    plant('src/projections/decent.ts', `export { decent } from '../domain/decent.ts'`)
    const lint = join(root, 'node_modules/.bin/oxlint')
    const run = spawnSync(lint, ['--type-aware', '-f', 'json', 'src'], { cwd: elsewhere, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(run.stdout) as {
      diagnostics: { filename: string; code: string; message: string; help?: string }[]
    }
    for (const { filename, code, message, help = '' } of diagnostics) {
      said.set(filename, `${said.get(filename) ?? ''}${code} ${message} ${help}\n`)
    }
  }, 60_000)
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

  test.each(violations.map(([sentence, folder, , rule], n) => [sentence, `${folder}/planted-${n}.ts`, rule]))(
    '%s',
    (_, file, rule) => expect(said.get(file)).toContain(rule),
  )
  test('two files import each other', () => {
    expect(said.get('src/cli/one.ts')).toContain('no-cycle')
    expect(said.get('src/cli/other.ts')).toContain('no-cycle')
  })
  test('and decent files are left in peace', () =>
    expect([...said.keys()].filter((file) => file.includes('decent'))).toStrictEqual([]))
})

describe('the house', () => {
  test('no file has outgrown 250 lines', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 251)
    // Lists of words, one line each: cutting a language in two would only hide half of it.
    expect(long.filter((file) => !file.includes('/texts/'))).toStrictEqual([])
  })

  test('one word per concept: invites are issued, resent, revoked and redeemed, and users are users', () => {
    const banned =
      /\binvitations?\b|accept(?:s|ed|ing)? (?:an |the )?invite|cancel(?:s|led|ling)? (?:an |the )?invite|\baccounts?\b(?! service)/i
    const files = [
      ...sources,
      ...globSync(['src/**/*.hbs', 'docs/**/*.md', '*.md', '.env.example'], { cwd: root }),
    ]
    expect(files).toContain('README.md')
    const found = files.flatMap((file) => {
      // Words in italics are other people's, for readers who come from there.
      const hit = banned.exec(read(file).replaceAll(/\*\w+\*/g, ''))
      return hit ? [`${file}: ${hit[0]}`] : []
    })
    expect(found).toStrictEqual([])
  })

  test('the domain decides at once and from what it is given: it waits for nothing and asks no clock', () => {
    const impure = /\b(?:async|await|Promise|import\(|new Date\(\)|setTimeout|console)/
    const code = (file: string) => read(file).replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, '')
    const domain = sources.filter((file) => file.startsWith('src/domain/'))
    expect(domain.length).toBeGreaterThan(30)
    expect(domain.filter((file) => impure.test(code(file)))).toStrictEqual([])
  })

  test('nothing is left for later', () => {
    const later = /\b(?:TODO|FIXME|XXX)\b|not implemented/
    expect(sources.filter((file) => later.test(read(file)))).toStrictEqual([])
  })

  test('no template lets anything through unescaped, or runs scripts of its own', () => {
    for (const file of globSync('src/**/*.hbs', { cwd: root })) {
      expect(read(file), file).not.toMatch(/\{\{\{|\{\{&|<script>|\son\w+=|javascript:/i)
    }
  })

  test('the lock file has no entry without a version, and the guard would see one', () => {
    const guard = (file: string) => spawnSync(process.execPath, [file], { encoding: 'utf8' })
    const here = guard(join(root, 'scripts/lock-guard.mjs'))
    expect(here.status, here.stderr).toBe(0)

    const elsewhere = mkdtempSync(join(tmpdir(), 'latchkey-lock-'))
    mkdirSync(join(elsewhere, 'scripts'))
    copyFileSync(join(root, 'scripts/lock-guard.mjs'), join(elsewhere, 'scripts/lock-guard.mjs'))
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> }
    delete lock.packages['node_modules/koa']?.version
    writeFileSync(join(elsewhere, 'package-lock.json'), JSON.stringify(lock))
    const there = guard(join(elsewhere, 'scripts/lock-guard.mjs'))
    rmSync(elsewhere, { recursive: true })
    expect([there.status, there.stderr.trim()]).toStrictEqual([
      1,
      'package-lock.json has entries without a version: node_modules/koa',
    ])
  })

  test('a newcomer’s minute: InviteIssued is decided, declared, folded, projected and mailed where the README says', () => {
    for (const file of [
      'src/domain/invites/issue-invite.ts',
      'src/domain/invites/events.ts',
      'src/domain/invites/invite.ts',
      'src/projections/invites.ts',
      'src/domain/processes/mailing.ts',
    ]) {
      expect(read(file), file).toContain('InviteIssued')
      expect(read('README.md')).toContain(file)
    }
  })
})
