import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY, rawSqlite } from '../../support/house.ts'
import { consented, followHere, registered, relyingParty } from '../../support/relying-party.ts'
import { openSite, type Site } from '../pages/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const rows = () =>
  rawSqlite(site.floor).db.prepare('select * from oidc_payloads').all() as Record<string, unknown>[]

test('what is kept holds no code, token, cookie or secret, and of people nothing but their ids', async () => {
  const app = await relyingParty(site, await registered(site, { kind: 'confidential' }))
  const visitor = await site.signedInAdmin()
  const attempt = await app.begin({ login_hint: 'ada.lovelace@example.org' })
  const asked = await followHere(visitor, await visitor.get(attempt.path), site.address)
  const underWay = JSON.stringify(rows())
  const uid = asked.url.slice('/interaction/'.length)
  expect(uid).toHaveLength(43)

  const allowed = await visitor.submit(asked, asked.url, { choice: 'allow' })
  const landed = (await followHere(visitor, allowed, site.address)).location ?? ''
  const tokens = await app.exchange(landed, attempt)
  const kept = `${underWay}${JSON.stringify(rows())}`
  for (const secret of [
    uid,
    new URL(landed).searchParams.get('code') ?? '',
    tokens.access_token,
    tokens.refresh_token ?? '',
    tokens.id_token ?? '',
    visitor.cookie('oidc') ?? '',
    ADMIN.email,
    'ada.lovelace',
  ]) {
    expect(secret).not.toBe('')
    expect(kept).not.toContain(secret)
  }
  expect(kept).toContain(site.adminId)
  const everything = JSON.stringify(
    rawSqlite(site.floor).db.prepare('select * from events').all().concat(rows()),
  )
  expect(everything).not.toContain(site.house.oidc.clientSecret(app.clientId))
})

test('what has run out is swept away', async () => {
  const app = await relyingParty(site, await registered(site))
  await consented(await site.signedInAdmin(), await app.begin(), site.address)
  expect(rows().length).toBeGreaterThan(3)
  site.clock.advance(40 * DAY)
  const visitor = await site.signedInAdmin()
  await visitor.get((await app.begin()).path)
  expect(rows().map(({ model }) => model)).toStrictEqual(['Interaction'])
})
