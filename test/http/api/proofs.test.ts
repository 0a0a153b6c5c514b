import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBy } from '../../../src/infrastructure/database/work.ts'
import { openSeal } from '../../../src/infrastructure/history/checkpoint.ts'
import { isConsistent, isIncluded, leafHash } from '../../../src/infrastructure/history/merkle.ts'
import { ownSealKeys } from '../../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../../src/infrastructure/history/verify.ts'
import { runVerifier } from '../../support/sealed.ts'
import { Api, type Json } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let token: string
beforeAll(async () => {
  api = await Api.open()
  token = (await api.signIn()).accessToken
})
afterAll(() => api.app.dispose())

const get = (path: string) => api.call('GET', path, { token })
const bytes = (base64: unknown) => Buffer.from(String(base64), 'base64')
const opened = async (note: unknown) => {
  const { database, roots } = api.app.floor
  const seal = openSeal(String(note), await readBy(database.reader, ownSealKeys(roots)))
  if (!seal) throw new Error('the seal is not ours')
  return seal
}
const sealAfter = async (invites: number) => {
  for (let n = 0; n < invites; n++) await api.issue(token, `guest-${Math.random()}@example.org`)
  return (await api.app.sealer.seal())?.size ?? 0
}

describe('proofs through the API', () => {
  test('an event is proved under the first seal that covers it, or under one that is named', async () => {
    const [first, second] = [await sealAfter(3), await sealAfter(4)]
    for (const [path, size] of [
      ['/history/2/proof', first],
      [`/history/2/proof?seal=${second}`, second],
      [`/history/${second}/proof`, second],
    ] as const) {
      const { status, body } = await get(path)
      expect(status).toBe(200)
      const seal = await opened(body['seal'])
      expect(seal.size).toBe(size)
      const leaf = leafHash(String(body['event']))
      expect(leaf).toStrictEqual(bytes(body['hash']))
      const proof = (body['proof'] as string[]).map(bytes)
      expect(isIncluded(leaf, Number(body['position']) - 1, size, proof, seal.root)).toBe(true)
    }
  })

  test('one seal is proved to continue another', async () => {
    const [from, to] = [await sealAfter(1), await sealAfter(6)]
    const { body } = await get(`/history/consistency?from=${from}&to=${to}`)
    const [older, newer] = [
      await opened((body['from'] as Json)['note']),
      await opened((body['to'] as Json)['note']),
    ]
    const proof = (body['proof'] as string[]).map(bytes)
    expect(isConsistent(from, to, proof, older.root, newer.root)).toBe(true)
    expect(bytes((body['to'] as Json)['root'])).toStrictEqual(newer.root)
  })

  test('seals are listed newest first, a page at a time', async () => {
    const last = await sealAfter(1)
    const { body, headers } = await get('/history/seals?limit=2')
    const sizes = (body['items'] as Json[]).map(({ size }) => Number(size))
    expect(sizes).toStrictEqual([last, expect.any(Number)])
    expect(sizes[1]).toBeLessThan(last)
    expect(headers.get('link')).toBe(`</api/v1/history/seals?limit=2&cursor=${sizes[1]}>; rel="next"`)
    const next = await get(`/history/seals?limit=100&cursor=${String(body['nextCursor'])}`)
    expect((next.body['items'] as Json[])[0]?.['size']).toBeLessThan(Number(sizes[1]))
    expect(next.body['nextCursor']).toBeNull()
  })

  test('what is not there, or not sealed, is said', async () => {
    const size = await sealAfter(1)
    await api.issue(token, 'late@example.org')
    const codes = async (path: string) => {
      const { status, body } = await get(path)
      return [status, body['code']]
    }
    expect(await codes(`/history/${size + 1}/proof`)).toStrictEqual([409, 'not_sealed_yet'])
    expect(await codes('/history/999999/proof')).toStrictEqual([404, 'not_found'])
    expect(await codes('/history/nothing/proof')).toStrictEqual([404, 'not_found'])
    expect(await codes('/history/1/proof?seal=999999')).toStrictEqual([404, 'not_found'])
    expect(await codes(`/history/consistency?from=1&to=999999`)).toStrictEqual([404, 'not_found'])
    expect(await codes(`/history/consistency?from=5&to=4`)).toStrictEqual([422, 'invalid_input'])
  })
})

describe('a receipt', () => {
  const redeemed = async (email: string) => {
    const { accessToken: theirs } = await api.member(token, email)
    const { body } = await api.call('GET', '/me', { token: theirs })
    return { theirs, id: String(body['id']), path: `/invites/${String(body['inviteId'])}/receipt` }
  }
  const verified = (receipt: Json) => {
    const file = join(api.app.folder, 'receipt.json')
    writeFileSync(file, JSON.stringify(receipt))
    return runVerifier(['--receipt', file]).status === 0
  }

  test('is for whoever redeemed the invite and those who oversee, and holds without us', async () => {
    const { theirs, path } = await redeemed('grace@example.org')
    expect((await get(path)).body['code']).toBe('not_sealed_yet')
    await api.app.sealer.seal()
    const { body } = await api.call('GET', path, { token: theirs })
    expect(String(body['event'])).toContain('"type":"InviteRedeemed"')
    expect((await get(path)).body).toStrictEqual(body)
    expect(verified(body)).toBe(true)
    expect(
      verified({ ...body, event: String(body['event']).replace('InviteRedeemed', 'InviteRevoked') }),
    ).toBe(false)
    const other = await redeemed('linus@example.org')
    expect((await api.call('GET', path, { token: other.theirs })).body['code']).toBe('forbidden')
  })

  test('still holds when its person has been forgotten: keys are destroyed, events are not', async () => {
    const { id, path } = await redeemed('alan@example.org')
    await api.app.sealer.seal()
    const before = await get(path)
    expect((await api.call('DELETE', `/users/${id}`, { token })).status).toBe(204)
    const seal = await api.app.sealer.seal()
    expect((await get(path)).body).toStrictEqual(before.body)
    expect(verified(before.body)).toBe(true)
    const { database, engine, roots } = api.app.floor
    const report = await verifyHistory(await engine.historySource(), {
      anchors: await readBy(database.reader, ownSealKeys(roots)),
      kept: [String(before.body['seal']), seal?.note ?? ''],
    })
    expect(report.findings).toStrictEqual([])
  })
})
