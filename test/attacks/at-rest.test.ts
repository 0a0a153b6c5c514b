import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from '../http/pages/site.ts'
import { setScene } from './scene.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

/** Every byte that lies in a folder: the database, its log, what they share. */
const bytesIn = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path)),
  )

/** What was mailed and would let somebody in: the secrets at the end of links, and first passwords. */
const secretsIn = (text: string): string[] => [
  ...[...text.matchAll(/https?:\/\/\S+\/([\w-]{40,})$/gm)].map(([, token = '']) => token),
  ...[...text.matchAll(/First password: (\S+)/g)].map(([, password = '']) => password),
]

test('T02: whoever steals the files has no link, first password, cookie or token that works', async () => {
  const admin = await site.signedInAdmin()
  const scenes = [await setScene(site, admin), await setScene(site, admin), await setScene(site, admin)]
  const mailed = site.mails.flatMap(({ text }) => secretsIn(text))
  expect(mailed.length).toBeGreaterThan(30)
  const carried = scenes.flatMap(({ visitors, applicationToken }) => [
    applicationToken,
    ...Object.values(visitors).flatMap((visitor) => visitor.cookie('sid') ?? []),
  ])
  expect(carried.length).toBeGreaterThan(10)
  const stolen = bytesIn(site.folder)
  expect(stolen.includes('InviteIssued')).toBe(true)
  expect([...mailed, ...carried].filter((secret) => stolen.includes(secret))).toStrictEqual([])
  // Not even the part of it that is no id: the signature.
  expect(mailed.filter((secret) => stolen.includes(secret.slice(-22)))).toStrictEqual([])
})
