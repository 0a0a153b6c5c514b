import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root })

const planted: string[] = []
afterEach(() => {
  for (const file of planted.splice(0)) rmSync(join(root, file), { force: true })
})

/** Plants a violation, asks the linter about that one file, and takes it away again. */
const lintPlanted = (file: string, content: string): string => {
  planted.push(file)
  writeFileSync(join(root, file), content)
  const run = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--type-aware', file], {
    cwd: root,
    encoding: 'utf8',
  })
  return run.status === 0 ? 'passed' : run.stdout
}

describe('S2-47, S1-44 the rules of the house fail on a planted violation', () => {
  test.each([
    [
      'the domain imports a package',
      'src/domain/planted.ts',
      `import { ulid } from 'ulid'\nexport const x = ulid()\n`,
      'zod and itself',
    ],
    [
      'the domain imports a Node module',
      'src/domain/planted.ts',
      `import { randomBytes } from 'node:crypto'\nexport const x = randomBytes(1)\n`,
      'zod and itself',
    ],
    [
      'the domain looks out of the window',
      'src/domain/planted.ts',
      `import { systemClock } from '../infrastructure/clock.ts'\nexport const x = systemClock()\n`,
      'sees nobody',
    ],
    [
      'the domain asks what time it is',
      'src/domain/planted.ts',
      `export const x = Date.now()\n`,
      'Time comes in',
    ],
    [
      'the domain rolls dice',
      'src/domain/planted.ts',
      `export const x = Math.random()\n`,
      'Randomness comes in',
    ],
    [
      'a projection knows an engine',
      'src/projections/planted.ts',
      `import { openWriter } from '../infrastructure/database/sqlite.ts'\nexport const x = openWriter\n`,
      'events only',
    ],
    [
      'infrastructure knows the pages',
      'src/infrastructure/planted.ts',
      `import { createServer } from '../http/server.ts'\nexport const x = createServer\n`,
      'doesn',
    ],
    [
      'http sees an engine',
      'src/http/planted.ts',
      `import { openWriter } from '../infrastructure/database/sqlite.ts'\nexport const x = openWriter\n`,
      'never an engine',
    ],
    [
      'a promise is let go',
      'src/cli/planted.ts',
      `const work = async () => 1\nexport const x = () => {\n  work()\n}\n`,
      'no-floating-promises',
    ],
    [
      'somebody says any',
      'src/cli/planted.ts',
      `export const x = (y: any) => String(y)\n`,
      'no-explicit-any',
    ],
  ])('%s', { timeout: 30_000 }, (_, file, content, message) =>
    expect(lintPlanted(file, content)).toContain(message),
  )

  test('two files import each other', { timeout: 30_000 }, () => {
    planted.push('src/cli/planted-b.ts')
    writeFileSync(
      join(root, 'src/cli/planted-b.ts'),
      `import { a } from './planted-a.ts'\nexport const b = () => a\n`,
    )
    expect(
      lintPlanted('src/cli/planted-a.ts', `import { b } from './planted-b.ts'\nexport const a = () => b\n`),
    ).toContain('no-cycle')
  })
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
    const files = [...sources, ...globSync('src/**/*.hbs', { cwd: root })]
    const found = files.flatMap((file) => {
      const hit = banned.exec(read(file))
      return hit ? [`${file}: ${hit[0]}`] : []
    })
    expect(found).toStrictEqual([])
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

  test('the lock file has no entry without a version', () => {
    const run = spawnSync(process.execPath, [join(root, 'scripts/lock-guard.mjs')], { encoding: 'utf8' })
    expect(run.status, run.stderr).toBe(0)
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
