import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFoundation } from '../../../src/foundation.ts'
import { migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import { carrierOn, openWriter, sqliteReader } from '../../../src/infrastructure/database/sqlite.ts'
import { openKeyring } from '../../../src/infrastructure/vault/keyring.ts'
import { loadRootSecrets, parseRootSecrets } from '../../../src/infrastructure/vault/root-secret.ts'
import { NOW } from '../../support/controls.ts'
import { openTestFloor, rawSqlite, temporaryFolder, testSettings } from '../../support/house.ts'

const SECRET = 'a-root-secret-of-more-than-thirty-two-bytes'
const OLDER = 'an-older-root-secret-of-more-than-32-bytes!'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

describe('the root secret', () => {
  test('is made once, for its owner alone, and nothing else is left beside it', () => {
    const file = join(folder, 'data', 'secret')
    const [made] = loadRootSecrets(file, true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(folder, 'data'))).toStrictEqual(['secret'])
    expect(loadRootSecrets(file, true)).toStrictEqual([made])
    expect(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')).toHaveLength(32)
  })

  test('two houses have two secrets', () => {
    const [a] = loadRootSecrets(join(folder, 'a'), true)
    const [b] = loadRootSecrets(join(folder, 'b'), true)
    expect(a.id).not.toBe(b.id)
  })

  test('is not made where it has to be given', () => {
    expect(() => loadRootSecrets(join(folder, 'secret'), false)).toThrow(/no root secret/)
    expect(readdirSync(folder)).toStrictEqual([])
  })

  test.each([0o640, 0o604, 0o660, 0o644])('is refused when others can read it: mode %o', (mode) => {
    const file = join(folder, 'secret')
    writeFileSync(file, SECRET)
    chmodSync(file, mode)
    expect(() => loadRootSecrets(file, true)).toThrow(/can be read by others. Run: chmod 600/)
    chmodSync(file, 0o600)
    expect(loadRootSecrets(file, true)).toHaveLength(1)
  })

  test('is refused when it is empty or shorter than 32 bytes, and is never repeated in the message', () => {
    expect(() => parseRootSecrets('\n \n', 'SECRET')).toThrow(/SECRET is empty/)
    const short = 'only-thirty-one-bytes-long-abcd'
    const message = (() => {
      try {
        return parseRootSecrets(`${SECRET}\n${short}`, 'SECRET')
      } catch (error) {
        return (error as Error).message
      }
    })()
    expect(message).toBe('SECRET holds a secret of 31 bytes; at least 32 are needed.')
    expect(parseRootSecrets(`${short}x`, 'SECRET')).toHaveLength(1)
  })

  test('may have older generations below the current one; spaces and empty lines mean nothing', () => {
    const ids = parseRootSecrets(`\n  ${SECRET}\r\n\n${OLDER}\n`, 'SECRET').map(({ id }) => id)
    expect(ids).toStrictEqual([SECRET, OLDER].map((text) => parseRootSecrets(text, 'SECRET')[0].id))
    expect(ids[0]).toMatch(/^[0-9a-f]{8}$/)
  })
})

describe('the keyring', () => {
  const keyring = async (secret: string) => {
    const db = openWriter(join(folder, 'a.db'))
    try {
      migrateUp(db, sqliteMigrations(), NOW)
      return await openKeyring(
        {
          reader: sqliteReader(db),
          exclusively: async (_name, work) => carrierOn(db)(work()),
        },
        parseRootSecrets(secret, 'SECRET'),
        NOW,
      )
    } finally {
      db.close()
    }
  }

  test('is made once: four different keys, of which the database holds no byte in clear', async () => {
    const made = await keyring(SECRET)
    expect(await keyring(SECRET)).toStrictEqual(made)
    const keys = Object.values(made)
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(4)
    const file = readFileSync(join(folder, 'a.db'))
    for (const key of keys) {
      expect(key).toHaveLength(32)
      for (const coding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
        expect(file.includes(key.toString(coding), 'latin1')).toBe(false)
      }
    }
  })

  test('outlives a change of the root secret, as long as the old one stands below the new one', async () => {
    const made = await keyring(OLDER)
    expect(await keyring(`${SECRET}\n${OLDER}`)).toStrictEqual(made)
    await expect(keyring(SECRET)).rejects.toThrow(/does not belong to this database/)
  })

  test('does not open when a wrapped key was exchanged for another one', async () => {
    await keyring(SECRET)
    const db = openWriter(join(folder, 'a.db'))
    db.exec(
      `update vault_keys set wrapped = (select wrapped from vault_keys where name = 'pepper') where name = 'signing'`,
    )
    db.close()
    await expect(keyring(SECRET)).rejects.toThrow()
  })

  test('of another database is refused at the start, and nothing is changed', async () => {
    const floor = await openTestFloor()
    const before = rawSqlite(floor).db.prepare('select * from vault_keys').all()
    const opening = openFoundation({ ...testSettings(floor.folder, 3000), secret: SECRET })
    await expect(opening).rejects.toThrow(
      'The root secret does not belong to this database. Use the SECRET or SECRET_FILE it was made with.',
    )
    expect(rawSqlite(floor).db.prepare('select * from vault_keys').all()).toStrictEqual(before)
    await floor.dispose()
  })
})
