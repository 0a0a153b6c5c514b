import { describe, expect, test } from 'vitest'
import {
  carryOut,
  checkServer,
  inTransaction,
  openPool,
  type Pool,
  postgresReader,
  rolledBack,
} from '../../../src/infrastructure/database/postgres.ts'
import { serversOf } from '../../../src/infrastructure/database/postgres-servers.ts'
import { openExclusively } from '../../../src/infrastructure/database/postgres-work.ts'
import { all, run, type Work } from '../../../src/infrastructure/database/work.ts'
import { createTestDatabase } from '../../support/postgres.ts'

type Answer = { readonly rows: readonly unknown[]; readonly rowCount?: number | null }

/** A pool of one connection that says what it is told to, and notes what it is asked. */
const scripted = (answer: (text: string) => Answer) => {
  const asked: string[] = []
  const released: (string | undefined)[] = []
  const query = async (what: string | { text: string }) => {
    const text = typeof what === 'string' ? what : what.text
    asked.push(text)
    return answer(text)
  }
  const client = { query, release: (error?: Error) => released.push(error?.message) }
  return { asked, released, pool: { query, connect: async () => client } as unknown as Pool }
}
const failing = (code: string, message = 'as it was told to') => Object.assign(new Error(message), { code })
const NOTHING: Answer = { rows: [] }
const counting = () => run('update t set x = x + 1')

describe('work on a server', () => {
  test('is tried again while others are in its way, and no longer than it should be', async () => {
    for (const [deadlocks, outcome] of [
      [2, 3],
      [11, 3],
      [12, 'StoreBusy'],
    ] as const) {
      let left: number = deadlocks
      const { pool, asked } = scripted((text) => {
        if (text.startsWith('update') && left-- > 0) throw failing('40P01')
        return { rows: [], rowCount: 3 }
      })
      const done = openExclusively(pool)('counting', counting).catch(({ name }: Error) => name)
      expect(await done).toBe(outcome)
      expect(asked.filter((text) => text === 'rollback')).toHaveLength(deadlocks)
    }
  })
  test('that fails for good is not', async () => {
    const { pool, asked, released } = scripted((text) => {
      if (text.startsWith('update')) throw failing('23505')
      return NOTHING
    })
    await expect(openExclusively(pool)('counting', counting)).rejects.toMatchObject({ code: '23505' })
    expect([asked.length, released]).toStrictEqual([3, [undefined]])
  })
  test('may catch what one of its statements says; one that changes nothing countable has changed none', async () => {
    function* careful(): Work<readonly unknown[]> {
      try {
        yield* run('first')
      } catch {
        return [yield* run('second'), yield* all('third')]
      }
      return []
    }
    const { pool } = scripted((text) => {
      if (text === 'first') throw failing('23505')
      return { rows: [{ a: 1 }], rowCount: null }
    })
    expect(await carryOut(pool, careful())).toStrictEqual([0, [{ a: 1 }]])
  })
})

describe('a connection', () => {
  const used = async (error: Error, rollback: () => Answer = () => NOTHING) => {
    const { pool, released, asked } = scripted((text) => {
      if (text === 'rollback') return rollback()
      return NOTHING
    })
    const work = inTransaction(pool, 'begin', () => Promise.reject(error))
    await expect(work).rejects.toBe(error)
    return { released, asked }
  }
  test('goes back after what was tried on it, tidied up', async () =>
    expect(await used(failing('23505'))).toStrictEqual({
      released: [undefined],
      asked: ['begin', 'rollback'],
    }))
  test('is thrown away when it is gone, or follows another server now', async () => {
    for (const code of ['08006', '25006']) {
      expect(await used(failing(code))).toStrictEqual({ released: ['as it was told to'], asked: ['begin'] })
    }
  })
  test('is thrown away when it can’t be tidied up', async () => {
    const { released } = await used(failing('23505'), () => {
      throw new Error('it was gone after all')
    })
    expect(released).toStrictEqual(['it was gone after all'])
  })
  test('is tidied up after what is no error at all, too', async () => {
    const { pool } = scripted(() => NOTHING)
    expect(await rolledBack(await pool.connect(), 'thrown')).toBeUndefined()
  })
})

describe('a server that is worked with', () => {
  const SOUND = {
    server_version_num: '170002',
    server_encoding: 'UTF8',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  }
  const checked = (settings: Readonly<Record<string, string>>, isUnsafe = false) =>
    checkServer(
      scripted(() => ({ rows: Object.entries(settings).map(([name, setting]) => ({ name, setting })) })).pool,
      isUnsafe,
    ).then(
      () => 'fine',
      ({ name, message }: Error) => `${name}: ${message}`,
    )

  test('is recent enough, speaks UTF8 and keeps what it has promised', async () => {
    expect(await checked(SOUND)).toBe('fine')
    expect(await checked({ ...SOUND, server_version_num: '140000' })).toBe('fine')
    expect(await checked({ ...SOUND, server_version_num: '139999' })).toBe(
      'SetupProblem: PostgreSQL 14 or later is needed.',
    )
    expect(await checked({})).toBe('SetupProblem: PostgreSQL 14 or later is needed.')
    expect(await checked({ ...SOUND, server_encoding: 'LATIN1' })).toMatch(/not encoded in UTF8/)
    expect(await checked({ ...SOUND, fsync: 'off', synchronous_commit: 'off' })).toBe(
      'SetupProblem: PostgreSQL runs with fsync=off, synchronous_commit=off: acknowledged commits could be lost. Turn it on.',
    )
    expect(await checked({ ...SOUND, full_page_writes: 'off' }, true)).toBe('fine')
  })
  test('can be reached', async () => {
    for (const [thrown, why] of [
      [new Error('nobody is there'), 'nobody is there'],
      ['nothing', 'nothing'],
    ] as const) {
      const { pool } = scripted(() => {
        throw thrown
      })
      await expect(checkServer(pool, false)).rejects.toMatchObject({
        name: 'SetupProblem',
        message: `PostgreSQL cannot be reached: ${why}. Check DATABASE_URL and that the server runs.`,
        cause: thrown,
      })
    }
  })
})

describe('a reader', () => {
  test('tells an outage as one, and a bug of ours as itself', async () => {
    for (const [code, name] of [
      ['ECONNREFUSED', 'StoreUnavailable'],
      ['42P01', 'Error'],
    ] as const) {
      const { pool } = scripted(() => {
        throw failing(code)
      })
      await expect(postgresReader(pool).get('select 1')).rejects.toMatchObject({ name })
    }
  })
  test('asks for what no text holds and finds nothing', async () => {
    const database = await createTestDatabase()
    const pool = openPool({ url: database.url, max: 1, name: 'latchkey test' })
    const found = await postgresReader(pool).all('select $1::text as a, $2::int as b', ['a\0b', 3])
    expect(found).toStrictEqual([{ a: 'a\ufffdb', b: 3 }])
    await pool.end()
    await database.drop()
  })
})

test('servers are those that the address names, in their order', () => {
  expect(serversOf('postgres://ada@one:5432,two/latchkey?a=b')).toStrictEqual([
    'postgres://ada@one:5432/latchkey?a=b',
    'postgres://ada@two/latchkey?a=b',
  ])
  for (const url of ['postgres:///latchkey', 'data/latchkey.db']) expect(serversOf(url)).toStrictEqual([url])
})

test('numbers come as numbers; one that a number can’t hold is an error, not another number', async () => {
  const database = await createTestDatabase()
  const pool = openPool({ url: database.url, max: 1, name: 'latchkey test' })
  const found = await pool.query(
    `select 9007199254740991::int8 as big, 1.5::numeric as half, 'x\\000'::bytea as bytes`,
  )
  expect(found.rows).toStrictEqual([{ big: 9_007_199_254_740_991, half: 1.5, bytes: Buffer.from('x\0') }])
  await expect(pool.query('select 9007199254740992::int8')).rejects.toThrow('is no safe integer')
  await pool.end()
  await database.drop()
})
