import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { exportHistory } from '../../src/infrastructure/history/export-history.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { runVerifier } from '../support/sealed.ts'
import { liveThrough, openOutside, spellings, TRACES } from '../support/whole-life.ts'
import { Api } from './api/client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let outside: Awaited<ReturnType<typeof openOutside>>
let written: string[] = []
beforeEach(async () => {
  outside = await openOutside()
  written = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) })
  api = await Api.open(outside.environment, { log })
})
afterEach(async () => {
  await api.app.dispose()
  await outside.close()
})

/** Every file below a folder, as one buffer each. */
const filesIn = (folder: string): { path: string; bytes: Buffer }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }))

const found = (files: readonly { path: string; bytes: Buffer }[]): string[] =>
  Object.entries(TRACES).flatMap(([what, text]) =>
    files
      .filter(({ bytes }) => spellings(text).some((one) => bytes.includes(one)))
      .map(({ path }) => `${what} in ${path.slice(api.app.folder.length + 1)}`),
  )

test('T48 whoever is erased is found nowhere: database, log, free pages, export, what was logged', async () => {
  const { app } = api
  const { accessToken } = await api.signIn()
  const id = await liveThrough(api, accessToken)
  await app.sealer.seal()
  expect(found(filesIn(app.folder)).length).toBeGreaterThan(3) // the search finds what there is
  const before = await app.house.proofs.receipt(3)
  const erased = await api.call('DELETE', `/users/${id}`, { token: accessToken })
  expect(erased.status).toBe(204)
  await app.deadlines.sweep()
  await exportHistory(join(app.folder, 'out'), { store: app.floor.store, reader: app.floor.database.reader })
  expect(found(filesIn(app.folder))).toStrictEqual([])
  expect(
    found([{ path: `${app.folder}/what was logged`, bytes: Buffer.from(written.join('')) }]),
  ).toStrictEqual([])

  // What was proven before is proven still, and what happened since as well.
  const seal = await app.sealer.seal()
  const anchors = await readBy(app.floor.database.reader, ownSealKeys(app.floor.roots))
  const kept = [before?.seal ?? '', seal?.note ?? '']
  expect(
    (await verifyHistory(await app.floor.engine.historySource(), { anchors, kept })).findings,
  ).toStrictEqual([])
  expect(await app.house.proofs.receipt(3)).toStrictEqual(before)
  expect(runVerifier([join(app.folder, 'out')]).status).toBe(0)
})
