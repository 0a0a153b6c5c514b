import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKoaApp } from '../../examples/koa-app/app.ts'
import { openNodeApp } from '../../examples/node-app/app.ts'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import { ADMIN } from '../support/admin.ts'
import { freePort } from '../support/house.ts'
import { followHere, registered } from '../support/relying-party.ts'
import { Visitor } from '../support/visitor.ts'

const BY_OPERATOR = { actor: 'operator', correlation: 'C' } as const

let site: Site
let servers: Server[] = []
beforeAll(async () => {
  site = await openSite()
  site.clock.set(new Date().toISOString()) // the examples look at the clock on the wall
})
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  servers = []
  await site.dispose()
})

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    servers.push(server)
    if (server.listening) resolve()
    else server.once('listening', resolve)
  })

/** Both examples, each registered and started as its README says. */
const examples = {
  async 'koa-app'() {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const { clientId, secret } = await registered(site, {
      kind: 'confidential',
      redirectUris: [`${url}/callback`],
    })
    const app = await openKoaApp({ latchkey: site.address, url, clientId, clientSecret: secret ?? '' })
    await listening(app.listen(port, '127.0.0.1'))
    return { url, greeting: 'Hello, Ada Lovelace.' }
  },
  async 'node-app'() {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const { clientId } = await registered(site, { kind: 'public', redirectUris: [`${url}/callback`] })
    const app = await openNodeApp({ latchkey: site.address, url, clientId })
    await listening(app.listen(port, '127.0.0.1'))
    return { url, greeting: `Hello, ${site.adminId}.` }
  },
} as const

/** Somebody presses the app's “Sign in” and goes through ours; answers with what they come back to the app. */
const throughSignIn = async (begun: string): Promise<string> => {
  const here = site.visitor()
  const start = new URL(begun)
  const form = await followHere(here, await here.get(start.pathname + start.search), site.address)
  const entered = await here.submit(form, '/', { login: ADMIN.email, password: ADMIN.password })
  const asked = await followHere(here, entered, site.address)
  const allowed = await here.submit(asked, /^\/interaction\//, { choice: 'allow' })
  return (await followHere(here, allowed, site.address)).location ?? ''
}

describe.each(Object.entries(examples))('the example %s', (_, open) => {
  test('signs somebody in through Latchkey, and out again', async () => {
    const profile = { userId: site.adminId, name: 'Ada Lovelace' }
    await site.floor.execute(changeProfile, { ...profile, locale: null }, BY_OPERATOR)
    const { url, greeting } = await open()
    const there = new Visitor(url)
    expect((await there.get('/')).html).toContain('Sign in with Latchkey')
    const landed = new URL(await throughSignIn((await there.get('/login')).location ?? ''))
    expect(landed.origin).toBe(url)
    expect((await there.get(landed.pathname + landed.search)).location).toBe('/')
    const home = await there.get('/')
    expect(home.html).toContain(greeting)
    await there.submit(home, '/logout')
    expect((await there.get('/')).html).toContain('Sign in with Latchkey')
  })

  test('takes no answer that it did not ask for, in this browser', async () => {
    const { url } = await open()
    const victim = new Visitor(url)
    const begun = (await new Visitor(url).get('/login')).location ?? ''
    const landed = new URL(await throughSignIn(begun))
    await victim.get('/login')
    const answer = await victim.get(landed.pathname + landed.search)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await victim.get('/')).html).toContain('Sign in with Latchkey')
  })
})

test('the example node-app answers to access tokens of Latchkey’s API, and to nothing else', async () => {
  const { url } = await examples['node-app']()
  const begun = await fetch(`${site.address}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  const { accessToken } = (await begun.json()) as { accessToken: string }
  const hello = (authorization: string) => fetch(`${url}/api/hello`, { headers: { authorization } })
  const answer = await hello(`Bearer ${accessToken}`)
  expect([answer.status, await answer.json()]).toStrictEqual([
    200,
    { hello: site.adminId, roles: ['member', 'admin'] },
  ])
  const [head, body] = accessToken.split('.')
  for (const token of ['', `${head}.${body}.AAAA`, `${accessToken}x`])
    expect((await hello(`Bearer ${token}`)).status).toBe(401)
})
