import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { roomOnDisk, sealing, versions } from '../../src/cli/surroundings.ts'
import { run } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

type Finding = { readonly what: string; readonly ok: boolean; readonly detail: string }
const doctor = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
  const { code, out } = await run(folder, ['doctor', '--json', ...args], { env })
  const found = JSON.parse(out) as Finding[]
  return { code, found, of: (name: string) => found.find(({ what }) => what === name) }
}

describe('latchkey doctor', () => {
  test('finds nothing wrong with a house that has just been made, and looks at all of it', async () => {
    const { code, found } = await doctor()
    expect(found.filter(({ ok }) => !ok)).toStrictEqual([])
    expect(code).toBe(0)
    expect(found.map(({ what }) => what)).toStrictEqual([
      'settings',
      'root secret',
      'durability',
      'integrity',
      'migrations',
      'clock',
      'mail',
      'read tables',
      'disk',
      'seals',
      'versions of read tables',
    ])
  })

  test('a secret that others may read opens nothing: it says which file, and the exit code tells', async () => {
    await run(folder, ['doctor'])
    chmodSync(join(folder, 'secret'), 0o644)
    const { code, err } = await run(folder, ['doctor', '--json'])
    expect(code).toBe(1)
    expect(err).toContain(join(folder, 'secret'))
  })

  test('with --mail it knocks at the mail server, and says what to check; without, it asks nobody', async () => {
    const MAIL_URL = `smtp://127.0.0.1:${await freePort()}`
    expect((await doctor([], { MAIL_URL })).of('mail server')).toBeUndefined()
    const { code, of } = await doctor(['--mail'], { MAIL_URL })
    expect(code).toBe(1)
    expect(of('mail server')).toStrictEqual({
      what: 'mail server',
      ok: false,
      detail: 'does not let us in (ESOCKET): check MAIL_URL',
    })
  })

  test('for people it is a table', async () => {
    const { out } = await run(folder, ['doctor'])
    expect(out).toMatch(/^ok\s+settings\s+profile development/m)
  })
})

describe('what it calls a problem', () => {
  const standing = {
    head: 5000,
    unsealed: 0,
    outdatedProjections: 0,
    mailsQueued: 0,
    mailsFailed: 0,
    oldestMailSeconds: 0,
  }

  test('less than half a gigabyte of room', () => {
    expect(roomOnDisk(512 * 1024 * 1024, '/data').ok).toBe(true)
    expect(roomOnDisk(511 * 1024 * 1024, '/data')).toStrictEqual({
      what: 'disk',
      ok: false,
      detail: 'only 511 MiB free in /data: make room',
    })
  })

  test('more events without a seal than a sealer at work would leave', () => {
    expect(sealing({ ...standing, unsealed: 2000 }, 1000).ok).toBe(true)
    expect(sealing({ ...standing, unsealed: 2001 }, 1000).ok).toBe(false)
  })

  test('read tables that another version has built', () => {
    expect(versions(standing).ok).toBe(true)
    expect(versions({ ...standing, outdatedProjections: 2 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('2 of another version'),
    })
  })
})
