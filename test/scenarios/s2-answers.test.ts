import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdDatabase } from '../support/held.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { PASSWORD } from './registering.ts'

let app: TestApp
beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

describe('S2: the description of the API', () => {
  type Operation = { summary?: string; description?: string; operationId: string }
  const operations = async () => {
    const document = (await (await fetch(`${app.address}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>
    }
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'parameters')
        .map(([method, operation]) => ({ path, method, ...operation })),
    )
  }

  test('S2-41 has a page to read it, and each operation a summary and a description', async () => {
    const page = await fetch(`${app.address}/docs/api`)
    expect([page.status, await page.text()]).toStrictEqual([200, expect.stringContaining('swagger-ui')])
    const all = await operations()
    expect(all.length).toBeGreaterThan(30)
    const bare = all.filter(({ summary, description }) => !summary || !description)
    expect(bare.map(({ operationId }) => operationId)).toStrictEqual([])
  })

  test('S2-46 credentials and sessions have paths of their own, apart from users', async () => {
    const at = (name: string) => all.find(({ operationId }) => operationId === name)?.path
    const all = await operations()
    for (const name of ['login', 'refreshSession', 'logout']) expect(at(name)).toMatch(/^\/sessions/)
    expect(at('issueToken')).toBe('/oauth/token')
    for (const name of ['listUsers', 'getUser', 'changeUser', 'deleteUser'])
      expect(at(name)).toMatch(/^\/users/)
    const aboutPasswords = all.filter(({ path }) => /^\/users.*(password|session|token)/.test(path))
    expect(aboutPasswords).toStrictEqual([])
  })

  test('S2-52 is in English', async () => {
    expect(JSON.stringify(await operations())).not.toMatch(/\p{Script=Cyrillic}/u)
  })
})

describe('S2: when something does not answer', () => {
  test('S2-34 a mail server that hangs keeps nobody waiting: the answer comes, the mail later', async () => {
    let release = () => {}
    const hung = new Promise<void>((resolve) => {
      release = resolve
    })
    const sent: string[] = []
    const transport = {
      async send({ to }: { to: string }) {
        await hung
        sent.push(to)
      },
      async close() {},
    }
    const slow = await openTestApp({}, { transport, noWorkers: false })
    try {
      const body = { email: 'slow.s234@example.org', password: PASSWORD }
      const answer = await fetch(`${slow.address}/api/v1/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect([answer.status, sent]).toStrictEqual([201, []])
      release()
      await expect.poll(() => sent).toStrictEqual([body.email])
    } finally {
      release()
      await slow.dispose()
    }
  })

  test('S2-49 a database that somebody else holds is answered 503, as a problem, and works again after', async () => {
    const held = await openTestApp()
    const letGo = await holdDatabase(held.floor.settings)
    try {
      const register = () =>
        fetch(`${held.address}/api/v1/users`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'held.s249@example.org', password: PASSWORD }),
        })
      const refused = await register()
      expect([refused.status, refused.headers.get('content-type')]).toStrictEqual([
        503,
        'application/problem+json',
      ])
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      await letGo()
      expect((await register()).status).toBe(201)
    } finally {
      await held.dispose()
    }
  })
})
