import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { rawSqlite, temporaryFolder, testSettings } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { progress, rounds, seeded, seedOf } from './support.ts'
import { type Call, readTrace, replayTo } from './trace.ts'

const CUTS = rounds(10, 300)
const COMMANDS = rounds(40, 300)

const hasStrace = spawnSync('strace', ['-V']).status === 0
if (!hasStrace)
  console.log('power loss: skipped, because strace is not installed (Debian: apt-get install strace)')

const traced = (folder: string, synchronous: string): Call[] => {
  const output = join(folder, 'trace')
  const traceOptions = [
    '-f',
    '-xx',
    '-s',
    '400000',
    '-e',
    'trace=openat,close,pwrite64,ftruncate,fsync,fdatasync,unlink,write',
    '-o',
    output,
  ]
  const child = [
    process.execPath,
    join(import.meta.dirname, 'power-loss-child.ts'),
    folder,
    String(COMMANDS),
    synchronous,
  ]
  const run = spawnSync('strace', [...traceOptions, ...child], { encoding: 'utf8', timeout: 600_000 })
  expect(run.status, run.stderr).toBe(0)
  return readTrace(readFileSync(output, 'latin1'), (file) => file.startsWith(join(folder, 'latchkey.db')))
}

/** Opens what a cut left behind, as a start after the power came back would; answers how many acknowledged events are gone. */
const lostAt = async (
  calls: readonly Call[],
  source: string,
  cut: number,
  random: () => number,
): Promise<number> => {
  const { files, acknowledged } = replayTo(calls, cut, random)
  const folder = join(source, 'after')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  copyFileSync(join(source, 'secret'), join(folder, 'secret'))
  for (const [name, content] of files)
    if (!name.endsWith('-shm')) writeFileSync(join(folder, basename(name)), content)
  const floor = await openFoundation(testSettings(folder, 3000))
  try {
    expect(rawSqlite(floor).db.pragma('integrity_check', { simple: true })).toBe('ok')
    let events = 0
    for await (const event of floor.store.read()) {
      events++
      expect(event.position).toBe(events)
    }
    await expectProjectionsEqualRebuild(floor)
    return Math.max(0, acknowledged - events)
  } finally {
    await floor.close()
  }
}

describe.runIf(hasStrace)('F02 power loss: the system calls of a run, replayed up to a random cut', () => {
  const { folder, remove } = temporaryFolder()
  let random: () => number
  beforeAll(() => {
    random = seeded(seedOf('power loss'))
  })
  afterAll(remove)

  const campaign = async (synchronous: string, cuts: number) => {
    const home = join(folder, synchronous)
    mkdirSync(home)
    const calls = traced(home, synchronous)
    const first = calls.findIndex(({ kind }) => kind === 'ack')
    expect(first).toBeGreaterThan(0)
    const losses: number[] = []
    for (let n = 0; n < cuts; n++) {
      const cut = first + 1 + Math.floor(random() * (calls.length - first))
      losses.push(await lostAt(calls, home, cut, random))
      progress(`power loss ${synchronous}`, n, cuts)
    }
    return losses
  }

  test(`with our settings nothing acknowledged is lost at ${CUTS} cuts`, {
    timeout: rounds(240_000, 3_600_000),
  }, async () => {
    const losses = await campaign('FULL', CUTS)
    expect(losses.filter((lost) => lost > 0)).toStrictEqual([])
  })

  test('the same test sees events being lost with synchronous=NORMAL: it is not blind', {
    timeout: rounds(240_000, 3_600_000),
  }, async () => {
    const losses = await campaign('NORMAL', CUTS)
    console.log(
      `power loss: with NORMAL ${losses.filter((lost) => lost > 0).length} of ${losses.length} cuts lost events`,
    )
    expect(losses.filter((lost) => lost > 0).length).toBeGreaterThan(losses.length / 4)
  })
})
