import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/house.ts'

const root = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

test('S0-40, S0-41 one command runs the tests; another prints a coverage summary and writes an HTML report', {
  timeout: 60_000,
}, () => {
  expect(scripts['test']).toBe('vitest run')
  const { folder, remove } = temporaryFolder()
  // The very command of the script, on a small part of the tests and into a folder of its own.
  const [command = '', ...args] = scripts['coverage']?.split(' ') ?? []
  const run = spawnSync(
    join(root, 'node_modules/.bin', command),
    [
      ...args,
      'test/domain/sessions.test.ts',
      // Nothing of what has to be covered whole: a part of the tests would fall short of it.
      '--coverage.include=src/infrastructure/clock.ts',
      `--coverage.reportsDirectory=${folder}`,
    ],
    // A server of its own: preparing the shared one again would take it from under the tests that use it.
    { cwd: root, encoding: 'utf8', env: { ...process.env, TEST_DATABASE_URL: '' } },
  )
  expect(run.status, run.stdout + run.stderr).toBe(0)
  expect(run.stdout).toMatch(/Coverage summary[\s\S]*Lines\s+: \d/)
  expect(existsSync(join(folder, 'index.html'))).toBe(true)
  remove()
})

test('S4-53 everything that CI checks is one command, and CI runs that command', () => {
  expect(scripts['check']).toBe('npm run lock && run-p --aggregate-output typecheck lint build && npm test')
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('npm run check')
})

test('every campaign has a row in docs/faults.md, with its file', () => {
  const campaigns = readFileSync(join(root, 'scripts/faults.mjs'), 'utf8').matchAll(
    /^ {2}'?([\w-]+)'?: '(test\/\S+)',$/gm,
  )
  const said = [...campaigns].map(([, name, file]) => `| \`${name}\` (\`${file}\`) |`)
  const page = readFileSync(join(root, 'docs/faults.md'), 'utf8')
  expect(said.length).toBeGreaterThan(20)
  expect(said.filter((row) => !page.includes(row))).toStrictEqual([])
})
