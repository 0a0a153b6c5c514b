import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.dispose())

test('auditors and admins read every seal, and take it away as a text that verifies', async () => {
  const admin = await site.signedInAdmin()
  expect((await admin.get('/history/seals')).html).toContain('Nothing is sealed yet.')
  const seal = await site.sealer.seal()
  const size = seal?.size ?? 0
  const { html } = await admin.get('/history/seals')
  expect(html).toContain(`Seal over ${size} events`)
  expect((await admin.get('/history')).html).toContain('href="/history/seals"')
  const file = await admin.get(`/history/seals/${size}`)
  expect([file.status, file.html, file.headers.get('content-disposition')]).toStrictEqual([
    200,
    seal?.note,
    `attachment; filename="seal-${size}.txt"`,
  ])
  for (const other of [size + 1, size - 1, 0, 'x']) {
    expect((await admin.get(`/history/seals/${other}`)).status).toBe(404)
  }
})

test('T20 nobody else sees seals', async () => {
  await site.sealer.seal()
  const { visitor } = await site.member()
  for (const somebody of [visitor, site.visitor()]) {
    expect((await somebody.get('/history/seals')).location).toBe('/')
    expect((await somebody.get('/history/seals/1')).location).toBe('/')
  }
})
