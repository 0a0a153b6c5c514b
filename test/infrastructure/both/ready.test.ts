import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../src/infrastructure/database/work.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

const change = (sql: string) => app.floor.database.exclusively('test', () => run(sql))
const readiness = async () => {
  const response = await fetch(`${app.address}/readyz`)
  return [response.status, ((await response.json()) as { code?: string }).code]
}
const READY = [200, undefined]
const NOT_READY = [503, 'storage_unavailable']
const NEWEST = '(select max(number) from migrations)'

test('it is ready while everything is migrated, and beside a newer version that has migrated further', async () => {
  expect(await readiness()).toStrictEqual(READY)
  await change(
    `insert into migrations (number, name, checksum, applied_at)
     select max(number) + 1, 'of_a_newer_version', 'another', '2026-01-01' from migrations`,
  )
  expect(await readiness()).toStrictEqual(READY)
  await change(`delete from migrations where number = ${NEWEST}`)
})

test('it is not ready where a migration is another than its own, or has been undone', async () => {
  await change(`update migrations set checksum = checksum || '!' where number = ${NEWEST}`)
  expect(await readiness()).toStrictEqual(NOT_READY)
  await change(`update migrations set checksum = replace(checksum, '!', '') where number = ${NEWEST}`)
  expect(await readiness()).toStrictEqual(READY)
  await change(`delete from migrations where number = ${NEWEST}`)
  expect(await readiness()).toStrictEqual(NOT_READY)
})
