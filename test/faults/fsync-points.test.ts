import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { rawSqlite, temporaryFolder, testSettings } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { withoutStrace } from './service.ts'
import { isLong, progress, rounds, seeded, seedOf } from './support.ts'

const COMMANDS = rounds(10, 60)
const CERTAIN = 20 // so many syncs there are in any run
const WRITES = 50 // of thousands

const SYNCS = 'fsync,fdatasync'
const KINDS = [
  ['killed as it makes something durable', SYNCS, 'signal=SIGKILL'],
  ['told that something could not be made durable', SYNCS, 'error=EIO'],
  ['killed as it writes', 'pwrite64', 'signal=SIGKILL'],
  ['out of room as it writes', 'pwrite64', 'error=ENOSPC'],
] as const

describe.skipIf(withoutStrace('fsync points'))('F01, F04 a process that fails at an exact point', () => {
  const { folder, remove } = temporaryFolder()
  afterAll(remove)
  const child = join(import.meta.dirname, 'power-loss-child.ts')

  /** Runs the child in a new folder; `when` is the point: the so-many-eth call. */
  const run = (calls: string, inject: string | null, when = 0) => {
    const home = join(folder, 'run')
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home)
    const trace = join(folder, 'trace')
    const { stdout, status, signal } = spawnSync(
      'strace',
      [
        '-f',
        '-e',
        `trace=${calls}`,
        '-o',
        trace,
        ...(inject === null ? [] : ['-e', `inject=${calls}:${inject}:when=${when}`]),
        process.execPath,
        child,
        home,
        String(COMMANDS),
      ],
      { encoding: 'utf8', timeout: 120_000 },
    )
    const acknowledged = [...stdout.matchAll(/^ACK (\d+) (\w+)$/gm)].map(([, position, id]) => ({
      position: Number(position),
      id: id ?? '',
    }))
    return { home, trace, acknowledged, ended: signal ?? status }
  }

  const callsOf = (calls: string): number => {
    const whole = run(calls, null)
    expect(whole.acknowledged).toHaveLength(COMMANDS)
    return readFileSync(whole.trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes('(')).length
  }

  /** The next start finds all that was acknowledged, whole; answers how many events there are beyond that. */
  const beyond = async (home: string, acknowledged: readonly { position: number; id: string }[]) => {
    const floor = await openFoundation(testSettings(home, 3000))
    try {
      expect(rawSqlite(floor).db.pragma('integrity_check', { simple: true })).toBe('ok')
      const ids: string[] = []
      for await (const event of floor.store.read()) {
        expect(event.position).toBe(ids.length + 1)
        ids.push(event.type === 'InviteIssued' ? event.data.inviteId : '')
      }
      for (const { position, id } of acknowledged)
        expect(ids[position - 1], 'an acknowledged event is lost').toBe(id)
      await expectProjectionsEqualRebuild(floor)
      return ids.length - acknowledged.length
    } finally {
      await floor.close()
    }
  }

  test('finds all that was acknowledged when it starts again', {
    timeout: rounds(240_000, 3_600_000),
  }, async () => {
    const random = seeded(seedOf('fsync points'))
    for (const [what, calls, inject] of isLong ? KINDS : KINDS.slice(0, 2)) {
      const all = isLong ? callsOf(calls) : CERTAIN
      const some = Array.from({ length: isLong ? WRITES : 1 }, () => 1 + Math.floor(random() * all))
      const points = isLong && calls === SYNCS ? Array.from({ length: all }, (_, n) => n + 1) : some
      let kept = 0
      for (const [n, when] of points.entries()) {
        const { home, acknowledged, ended } = run(calls, inject, when)
        if (inject.startsWith('signal')) expect(ended).toBe('SIGKILL')
        kept += await beyond(home, acknowledged)
        progress(`fsync points, ${what}`, n, points.length)
      }
      console.log(
        `fsync points: ${what}: ${points.length} of ${all} points, 0 lost, ${kept} not yet acknowledged were there`,
      )
    }
  })
})
