import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plus } from '../../src/infrastructure/clock.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { exportHistory } from '../../src/infrastructure/history/export-history.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { DAY, rawSqlite } from '../support/house.ts'
import { CLEARBIT_PERSON, hunterSays, json, openStub, type Stub } from '../support/outside.ts'
import { runVerifier } from '../support/sealed.ts'
import { linkIn, Visitor } from '../support/visitor.ts'
import { Api } from './api/client.ts'

/** What nobody else has, in every spelling that a byte search could find. */
const TRACES = {
  address: 'zephyrine.quux@example.org',
  newAddress: 'zephyrine.moved@example.net',
  invited: 'friend.of.zephyrine@example.org',
  name: 'Zephyrine Quuxova',
  agent: 'ZephyrBrowser/47.11',
  about: 'Zephyrine wrote twice',
  described: 'for the choir of Zephyrine',
  company: 'Zephyr Engines',
  password: 'zephyrine-horse-battery',
} as const

let api: Awaited<ReturnType<typeof Api.open>>
let verifier: Stub
let enrichment: Stub
let written: string[] = []
beforeEach(async () => {
  verifier = await openStub(json(hunterSays('valid', 'deliverable')))
  enrichment = await openStub(
    json({
      ...CLEARBIT_PERSON,
      name: { ...CLEARBIT_PERSON.name, fullName: TRACES.name },
      employment: { ...CLEARBIT_PERSON.employment, name: TRACES.company },
    }),
  )
  written = []
  api = await Api.open(
    { EMAIL_VERIFIER_URL: verifier.url, ENRICHMENT_URL: enrichment.url, THROTTLE: 'on' },
    { log: pino({ level: 'trace' }, { write: (line: string) => void written.push(line) }) },
  )
})
afterEach(async () => {
  await api.app.dispose()
  await verifier.close()
  await enrichment.close()
})

/** Every file below a folder, as one buffer each. */
const filesIn = (folder: string): { path: string; bytes: Buffer }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }))

const spellings = (text: string): readonly Buffer[] =>
  [text, text.toLowerCase(), encodeURIComponent(text)].flatMap((one) => [
    Buffer.from(one),
    Buffer.from(Buffer.from(one).toString('base64').slice(0, -4)),
    Buffer.from(Buffer.from(one).toString('hex')),
  ])

const found = (files: readonly { path: string; bytes: Buffer }[]): string[] =>
  Object.entries(TRACES).flatMap(([what, text]) =>
    files
      .filter(({ bytes }) => spellings(text).some((one) => bytes.includes(one)))
      .map(({ path }) => `${what} in ${path.slice(api.app.folder.length + 1)}`),
  )

/** Everything that the product can do with a person. */
const liveThrough = async (adminToken: string): Promise<string> => {
  const { app } = api
  const headers = { 'user-agent': TRACES.agent }
  const issue = { token: adminToken, body: { email: TRACES.address }, headers: { 'idempotency-key': 'one' } }
  const first = await api.call('POST', '/invites', issue)
  expect(first.status).toBe(201)
  expect((await api.call('POST', '/invites', issue)).body).toStrictEqual(first.body) // a repeat is answered from what was kept
  const revoked = { token: adminToken, body: { reason: TRACES.about } }
  await api.call('DELETE', `/invites/${String(first.body['id'])}`, revoked)
  await api.issue(adminToken, TRACES.address)
  const visitor = new Visitor(app.address, TRACES.agent)
  const token = await api.inviteToken(TRACES.address)
  const joined = await api.call('POST', '/invite-redemptions', { body: { token }, headers })
  expect(joined.status).toBe(201)
  const first_ = await api.firstPassword(TRACES.address)
  const signIn = { email: TRACES.address, password: first_ }
  const entered = await api.call('POST', '/sessions', { body: signIn, headers })
  const own = String(entered.body['accessToken'])
  const set = { currentPassword: first_, newPassword: TRACES.password }
  expect((await api.call('PUT', '/me/password', { token: own, body: set, headers })).status).toBe(204)
  const again = await api.signIn({ email: TRACES.address, password: TRACES.password })
  const as = { token: again.accessToken, headers }
  await api.call('PATCH', '/me', { ...as, body: { name: TRACES.name } })
  const expiresAt = plus(app.clock(), 7 * DAY)
  const code = { ...as, body: { description: TRACES.described, expiresAt } }
  expect((await api.call('POST', '/me/referral-code', code)).status).toBe(201)
  const friend = { ...as, body: { email: TRACES.invited } }
  expect((await api.call('POST', '/me/referral-code/mails', friend)).status).toBe(202)
  await api.call('POST', '/sessions', { body: { email: TRACES.address, password: 'wrong' }, headers })
  await api.call('POST', '/password-resets', { body: { email: TRACES.address }, headers })
  await visitor.signIn(TRACES.address, TRACES.password)
  await visitor.get('/profile')
  const move = { email: TRACES.newAddress, currentPassword: TRACES.password }
  expect((await api.call('PUT', '/me/email', { ...as, body: move })).status).toBe(202)
  const mail = (await app.mailsTo(TRACES.newAddress)).at(-1)
  const link = new URL(linkIn(mail?.text ?? '', '/verify/')).pathname
  expect((await visitor.submit(await visitor.get(link), link)).status).toBe(303)
  const id = again.userId
  const suspension = { token: adminToken, body: { reason: TRACES.about } }
  await api.call('PUT', `/users/${id}/suspension`, suspension)
  await api.call('DELETE', `/users/${id}/suspension`, { token: adminToken })
  await app.settled()
  return id
}

test('T48 whoever is erased is found nowhere: database, log, free pages, export, what was logged', async () => {
  const { app } = api
  const { accessToken } = await api.signIn()
  const id = await liveThrough(accessToken)
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

test('T48 nothing in the vault is left of whoever is erased: no hash, session, token, note or answer of theirs', async () => {
  const { app } = api
  const { accessToken } = await api.signIn()
  const id = await liveThrough(accessToken)
  const count = (table: string) =>
    rawSqlite(app.floor).db.prepare(`select count(*) from ${table}`).pluck().get() as number
  const tables = ['password_hashes', 'page_sessions', 'refresh_generations', 'inquiry_attempts']
  expect(count('password_hashes')).toBe(2)
  await api.call('DELETE', `/users/${id}`, { token: accessToken })
  await app.deadlines.everyRun()
  expect(tables.map(count)).toStrictEqual([1, 0, 1, 0]) // the admin's own
  expect(rawSqlite(app.floor).db.prepare('select count(*) from subject_keys').pluck().get()).toBe(1)
})
