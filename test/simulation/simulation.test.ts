import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000)
const COMMANDS = Number(process.env['RUNS'] ?? 3000)

test(`no law is broken in a simulated world (SEED=${SEED})`, async () => {
  const { violation, figures } = await simulate({ seed: SEED, commands: COMMANDS })
  expect(violation).toBeNull()
  expect(figures.commands).toBeGreaterThanOrEqual(COMMANDS)
  // It would be no test if nothing ever came about, or nothing ever went wrong.
  for (const often of [figures.accepted, figures.refused, figures.failed, figures.mails, figures.repeats]) {
    expect(often).toBeGreaterThan(COMMANDS / 100)
  }
  expect(figures.deaths).toBeGreaterThan(0)
})

test('the same seed makes the same run, another one another', async () => {
  const run = (seed: number) => simulate({ seed, commands: 600 })
  const [once, again, other] = [await run(SEED), await run(SEED), await run(SEED + 1)]
  expect(again).toStrictEqual(once)
  expect(other.digest).not.toBe(once.digest)
})

test('npm run simulate plays a seed in a process of its own, and comes to the same end', async () => {
  const script = new URL('../../scripts/simulate.mjs', import.meta.url).pathname
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    script,
    '--seed',
    '11',
    '--commands',
    '300',
  ])
  const { digest, violation } = await simulate({ seed: 11, commands: 300 })
  expect(JSON.parse(stdout)).toMatchObject({ seed: 11, digest, violation })
  expect(stderr).toContain('seed 11')
})
