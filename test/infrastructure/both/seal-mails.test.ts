import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { readBy } from '../../../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../../src/infrastructure/history/verify.ts'
import { DAY, MINUTE, openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp
const BY = { actor: 'operator', correlation: 'C' } as const

const enrol = async (email: string, role: 'auditor' | 'admin', locale: 'en' | 'ru' = 'en') => {
  const userId = app.floor.ids()
  await app.floor.execute(grantRole, { userId, role, enrol: { email, locale }, newCredentialId: null }, BY)
  return userId
}

const open = async (environment: Record<string, string>) => {
  app = await openTestApp(environment)
  await enrol('grace@example.org', 'auditor')
  await enrol('olga@example.org', 'auditor', 'ru')
  await enrol('ada@example.org', 'admin')
  const gone = await enrol('gone@example.org', 'auditor')
  await app.floor.execute(suspendUser, { userId: gone, reason: null }, BY)
}
afterEach(() => app.dispose())

const seals = async (address: string): Promise<string[]> =>
  (await app.mailsTo(address))
    .filter(({ text }) => text.includes('/history/seals'))
    .map(({ text }) => `${/^\S+\n\d+\n\S{44}\ntime \S+\n\n— \S+ \S+$/m.exec(text)?.[0]}\n`)

describe('SEAL_MAIL=daily', () => {
  beforeEach(() => open({ SEAL_MAIL: 'daily' }))

  test('each auditor gets the first seal of a day in the text of a mail, and the history holds against it', async () => {
    const first = await app.sealer.seal()
    expect(await seals('grace@example.org')).toStrictEqual([first?.note])
    expect(await seals('olga@example.org')).toStrictEqual([first?.note])
    expect(await seals('ada@example.org')).toStrictEqual([])
    expect(await seals('gone@example.org')).toStrictEqual([])
    const anchors = await readBy(app.floor.database.reader, ownSealKeys(app.floor.roots))
    const source = await app.floor.engine.historySource()
    expect((await verifyHistory(source, { anchors, kept: [first?.note ?? ''] })).findings).toStrictEqual([])
  })

  test('no more than one a day, and none on a day on which nothing happened', async () => {
    await app.sealer.seal()
    await seals('grace@example.org')
    for (let round = 0; round < 3; round++) {
      app.clock.advance(MINUTE)
      await enrol(`somebody${round}@example.org`, 'admin')
      await app.sealer.seal()
    }
    expect(await seals('grace@example.org')).toHaveLength(1)
    const head = await app.floor.store.head()
    app.clock.advance(DAY)
    await app.sealer.seal()
    app.clock.advance(DAY)
    await app.sealer.seal()
    expect(await app.floor.store.head()).toBe(head)
    await enrol('late@example.org', 'admin')
    const next = await app.sealer.seal()
    expect((await seals('grace@example.org')).at(-1)).toBe(next?.note)
    expect(await seals('grace@example.org')).toHaveLength(2)
  })
})

test('nobody is written to unless it was wished for', async () => {
  await open({})
  await app.sealer.seal()
  expect(await seals('grace@example.org')).toStrictEqual([])
})
