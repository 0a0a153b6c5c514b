import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { foldersLike, run } from '../support/cli.ts'
import { dropTriggers } from '../support/sealed.ts'

let folder: string
let remove: () => void
const newFolder = foldersLike(async (model) => {
  await run(model, ['admin', 'grant', 'ada@example.org', '--password', 'first-password-1'])
  await run(model, ['invite', 'issue', 'grace@example.org'])
})
beforeEach(async () => {
  ;({ folder, remove } = await newFolder())
})
afterEach(() => remove())

const tamper = (sql: string) => {
  const db = new Database(join(folder, 'latchkey.db'))
  dropTriggers(db)
  db.exec(sql)
  db.close()
}
const history = (...args: string[]) => run(folder, ['history', ...args])

describe('latchkey history', () => {
  test('a seal that has been through the mail is still that seal: other ends of lines, and empty ones around', async () => {
    const { out } = await history('seal')
    writeFileSync(join(folder, 'kept.txt'), `\r\n${out.trimEnd().replaceAll('\n', '\r\n')}`)
    expect((await history('verify', '--seal', 'kept.txt')).code).toBe(0)
    await history('export', 'out')
    expect((await history('verify', 'out', '--seal', 'kept.txt')).code).toBe(0)
    const own = spawnSync(process.execPath, ['out/verify.mjs', 'out', '--seal', 'kept.txt'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect([own.status, own.stdout]).toStrictEqual([0, expect.stringContaining('Nothing is wrong')])
  })

  test('seals, exports and verifies; the export is verified by what lies in it, on a bare Node', async () => {
    const sealed = await history('seal')
    expect([sealed.code, sealed.out]).toStrictEqual([
      0,
      expect.stringMatching(/^127\.0\.0\.1:3000\n\d+\n\S{44}\ntime /),
    ])
    expect((await history('seal')).out).toBe(sealed.out)
    expect((await history('verify')).out).toMatch(
      /^Nothing is wrong: (\d+) events, \1 of them sealed, 1 seals\.\n$/,
    )
    for (const again of [false, true]) {
      const { code, out } = await history('export', 'out')
      expect([again, code, out]).toStrictEqual([again, 0, expect.stringContaining('events are in out.')])
    }
    expect(readdirSync(join(folder, 'out')).toSorted()).toStrictEqual([
      'README.md',
      'checkpoint',
      'events.ndjson',
      'keys.ndjson',
      'seals.ndjson',
      'tile',
      'verify.mjs',
    ])
    expect(readdirSync(folder).filter((name) => name.startsWith('out.'))).toStrictEqual([])
    expect((await history('verify', 'out')).code).toBe(0)
    const own = spawnSync(process.execPath, ['verify.mjs', '.'], {
      cwd: join(folder, 'out'),
      encoding: 'utf8',
    })
    expect([own.status, own.stdout]).toStrictEqual([0, expect.stringContaining('Nothing is wrong')])
  })

  test('names what is wrong, and ends with 1', async () => {
    await history('seal')
    tamper(
      `update events set bytes = replace(bytes, '"actor":"operator"', '"actor":"nobody..."') where position = 2`,
    )
    const { code, out } = await history('verify')
    expect([code, out]).toStrictEqual([1, expect.stringMatching(/^changed 2 .*\n1 things are wrong\.\n$/)])
    const { findings } = JSON.parse((await history('verify', '--json')).out) as {
      findings: { position: number }[]
    }
    expect(findings).toMatchObject([{ kind: 'changed', position: 2 }])
  })

  test('holds the history against a seal that was kept, under a key that was kept', async () => {
    writeFileSync(join(folder, 'kept'), (await history('seal', '--json')).out)
    const { note } = JSON.parse(readFileSync(join(folder, 'kept'), 'utf8')) as { note: string }
    writeFileSync(join(folder, 'kept'), note)
    await history('export', 'out')
    const [first = ''] = readFileSync(join(folder, 'out/keys.ndjson'), 'utf8').split('\n')
    writeFileSync(join(folder, 'key'), (JSON.parse(first) as { key: string }).key)
    expect((await history('rotate-key')).code).toBe(0)
    await run(folder, ['invite', 'issue', 'linus@example.org'])
    await history('seal')
    expect((await history('verify', '--seal', 'kept', '--key', 'key')).code).toBe(0)
    tamper('delete from events where position > 3; delete from seals; delete from tiles')
    const { code, out } = await history('verify', '--seal', 'kept')
    expect([code, out]).toStrictEqual([1, expect.stringMatching(/^rolled_back 4 /)])
  })

  test('does not write over anything else, nor verify under what is no key', async () => {
    const early = await history('export', 'out')
    expect([early.code, early.err]).toStrictEqual([1, 'Nothing is sealed yet. Run: latchkey history seal\n'])
    await history('seal')
    mkdirSync(join(folder, 'mine'))
    writeFileSync(join(folder, 'mine/letter'), 'dear')
    const { code, err } = await history('export', 'mine')
    expect([code, err]).toStrictEqual([1, expect.stringContaining('holds something else')])
    expect(readdirSync(join(folder, 'mine'))).toStrictEqual(['letter'])
    writeFileSync(join(folder, 'key'), 'no key')
    expect((await history('verify', '--key', 'key')).code).toBe(2)
    expect((await history('verify', '--key', 'nowhere')).code).toBe(2)
  })
})
