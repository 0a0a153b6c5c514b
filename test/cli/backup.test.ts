import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { foldersLike, run, serve } from '../support/cli.ts'
import { freePort } from '../support/house.ts'
import { dropTriggers } from '../support/sealed.ts'

let folder: string
let remove: () => void
const newFolder = foldersLike(async (model) => {
  await run(model, ['admin', 'grant', 'ada@example.org', '--password', 'first-password-1'])
  await run(model, ['auditor', 'grant', 'grace@example.org', '--password', 'first-password-1'])
})
beforeEach(async () => {
  ;({ folder, remove } = await newFolder())
})
afterEach(() => remove())

const cli = (...args: string[]) => run(folder, args)
const path = (name: string) => join(folder, name)

type User = { readonly id: string; readonly email: string }
const users = async (): Promise<readonly User[]> =>
  JSON.parse((await cli('user', 'list', '--json')).out) as User[]
const idOf = async (email: string) => (await users()).find((user) => user.email === email)?.id ?? ''

describe('latchkey backup', () => {
  test('F15 copies while the service runs; says what it can be held against, and what is not in it', async () => {
    const service = serve(folder, await freePort())
    await service.listening
    const { code, out, err } = await cli('backup', 'copy.db')
    expect([code, err]).toStrictEqual([0, ''])
    expect(out).toMatch(
      /^copy\.db: \d+ bytes, up to position \d+, under this seal:\n\n\S+\n\d+\n\S{44}\ntime /,
    )
    expect(out).toContain('The root secret is not in it.')
    expect(statSync(path('copy.db')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toStrictEqual(['copy.db'])
    await service.stop()
  })

  test('replaces nothing, and makes no folder', async () => {
    writeFileSync(path('letter'), 'dear')
    expect(await cli('backup', 'letter')).toMatchObject({
      code: 1,
      err: 'letter is there already. Name another file; backups replace nothing.\n',
    })
    expect(readFileSync(path('letter'), 'utf8')).toBe('dear')
    expect(await cli('backup', 'nowhere/copy.db')).toMatchObject({ code: 1, out: '' })
  })
})

describe('latchkey restore', () => {
  test('brings a lost database back, with the root secret that is kept apart', async () => {
    await cli('backup', 'copy.db')
    const before = await users()
    mkdirSync(path('elsewhere'))
    copyFileSync(path('copy.db'), path('elsewhere/copy.db'))
    const elsewhere = join(folder, 'elsewhere')
    const without = await run(elsewhere, ['restore', 'copy.db'])
    expect(without).toMatchObject({ code: 1, err: expect.stringContaining('There is no root secret') })
    expect(readdirSync(elsewhere)).toStrictEqual(['copy.db'])
    copyFileSync(path('secret'), path('elsewhere/secret'))
    const restored = await run(elsewhere, ['restore', 'copy.db'])
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect(restored.out).toMatch(
      /^Restored up to position \d+; 0 people or invites were forgotten once more\.\n/,
    )
    expect(restored.out).toContain('latchkey erasures repeat FILE')
    expect(JSON.parse((await run(elsewhere, ['user', 'list', '--json'])).out)).toStrictEqual(before)
    expect((await run(elsewhere, ['history', 'verify'])).code).toBe(0)
    expect((await run(elsewhere, ['history', 'replay'])).code).toBe(0)
  })

  test('refuses while somebody has the database open, and where one is unless it is told to', async () => {
    await cli('backup', 'copy.db')
    const told = await cli('restore', 'copy.db')
    expect(told).toMatchObject({ code: 1, err: expect.stringContaining('With --replace it is kept aside.') })
    const service = serve(folder, await freePort())
    await service.listening
    const busy = await cli('restore', 'copy.db', '--replace')
    expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('is in use. Stop the service') })
    await service.stop()
    expect((await cli('restore', 'copy.db', '--replace')).code).toBe(0)
    const left = readdirSync(folder).filter((name) => name.startsWith('latchkey.db'))
    expect(left).toStrictEqual(['latchkey.db', expect.stringMatching(/^latchkey\.db\.replaced-[\dTZ-]+$/)])
  })

  test('T48 whoever was erased after the backup is erased again: the replaced database tells who', async () => {
    const id = await idOf('grace@example.org')
    await cli('invite', 'issue', 'linus@example.org')
    await cli('backup', 'copy.db')
    expect((await cli('user', 'erase', id, '--yes')).code).toBe(0)
    const { code, out } = await cli('restore', 'copy.db', '--replace')
    expect([code, out]).toStrictEqual([0, expect.stringContaining('; 1 people or invites were forgotten')])
    expect((await users()).map(({ email }) => email)).toStrictEqual(['ada@example.org'])
    expect((await cli('history', 'verify')).code).toBe(0)
    expect(readFileSync(path('latchkey.db')).includes('grace@example.org')).toBe(false)
    expect(readFileSync(path('copy.db')).includes('grace@example.org')).toBe(true)
  })

  test('T48 where the database is lost, a list that was kept apart tells who; even the last admin is forgotten', async () => {
    await cli('backup', 'copy.db')
    await cli('admin', 'grant', 'linus@example.org', '--password', 'first-password-1')
    await cli('user', 'erase', await idOf('ada@example.org'), '--yes')
    const { out } = await cli('erasures', 'list')
    expect(out.trim().split('\n')).toHaveLength(1)
    expect(out).not.toContain('@')
    writeFileSync(path('erasures'), out)
    for (const ending of ['', '-wal', '-shm']) {
      if (existsSync(path(`latchkey.db${ending}`))) writeFileSync(path(`latchkey.db${ending}`), 'damaged')
    }
    const unsaid = await cli('restore', 'copy.db', '--replace')
    expect(unsaid).toMatchObject({ code: 1, err: expect.stringContaining('Say so: --erasures FILE') })
    const restored = await cli('restore', 'copy.db', '--replace', '--erasures', 'erasures')
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect((await users()).map(({ email }) => email)).toStrictEqual(['grace@example.org'])
    expect((await cli('erasures', 'repeat', 'erasures')).out).toBe('0 people or invites are forgotten.\n')
  })

  test('T48 an invite that was purged after the backup is purged again, though it was open then', async () => {
    const issued = JSON.parse((await cli('invite', 'issue', 'linus@example.org', '--json')).out) as {
      id: string
    }
    await cli('backup', 'copy.db')
    await cli('invite', 'revoke', issued.id)
    const erasure = { type: 'InvitePurged', position: 99, data: { inviteId: issued.id } }
    writeFileSync(path('erasures'), `${JSON.stringify(erasure)}\n`)
    const { out } = await cli('restore', 'copy.db', '--replace', '--erasures', 'erasures')
    expect(out).toContain('; 1 people or invites were forgotten')
    expect(readFileSync(path('latchkey.db')).includes('linus@example.org')).toBe(false)
  })

  test('F15 F16 takes no copy that is damaged, changed, older than a kept seal, newer than this version, or none at all', async () => {
    await cli('backup', 'old.db')
    await cli('invite', 'issue', 'linus@example.org')
    const { seal } = JSON.parse((await cli('backup', 'copy.db', '--json')).out) as { seal: string }
    writeFileSync(path('seal'), seal)
    const spoilt = (name: string, sql: string) => {
      copyFileSync(path('copy.db'), path(name))
      const db = new Database(path(name))
      dropTriggers(db)
      db.exec(sql)
      db.close()
      return name
    }
    const refused = async (name: string, ...more: string[]) => {
      const { code, err } = await cli('restore', name, '--replace', ...more)
      expect(code).toBe(1)
      return err
    }
    expect(await refused('old.db', '--seal', 'seal')).toContain('\nrolled_back ')
    const changed = spoilt(
      'changed.db',
      `update events set bytes = replace(bytes, 'operator', 'nobody..') where position = 2`,
    )
    expect(await refused(changed)).toContain('\nchanged 2 ')
    const newer = spoilt('newer.db', `insert into migrations values (9999, 'later', '', '')`)
    expect(await refused(newer)).toContain('newer version of Latchkey')
    const bytes = readFileSync(path('copy.db'))
    writeFileSync(path('damaged.db'), bytes.fill(0x41, 4096 * 3, 4096 * 9))
    expect(await refused('damaged.db')).toMatch(/damaged|not what was sealed/)
    expect(await refused('secret')).toContain('is no backup of Latchkey')
    expect(await refused('nowhere')).toBe('There is no file nowhere.\n')
    const left = readdirSync(folder).filter((name) => name.startsWith('latchkey.db'))
    expect(left).toStrictEqual(['latchkey.db'])
    expect((await cli('restore', 'copy.db', '--replace', '--seal', 'seal')).code).toBe(0)
  })
})

describe('with PostgreSQL', () => {
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }
  test.each(['backup', 'restore'])(
    'latchkey %s touches nothing, and names what is meant for that',
    async (name) => {
      expect(await run(folder, [name, 'copy.db'], { env })).toStrictEqual({
        code: 1,
        out: '',
        err: 'This is for a database in a file. PostgreSQL has means of its own (pg_dump, point-in-time recovery): docs/operations/postgres.md says how.\n',
      })
      expect(readdirSync(folder)).not.toContain('copy.db')
    },
  )
})
