import { afterAll, beforeAll, expect, test } from 'vitest'
import type { House } from '../../src/http/house.ts'
import { Api } from '../http/api/client.ts'
import { pageRoutes } from '../http/pages/routes.ts'
import { openOver } from '../http/server/over.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let broken: { address: string; close: () => Promise<void> }
const logged: string[] = []
const BUG = 'select * from secrets failed at /srv/latchkey/src/store.ts on db-7.internal'

/** A door of which every handle comes off. */
const offItsHinges = <T extends object>(door: T): T =>
  new Proxy(door, {
    get(target, name) {
      const handle: unknown = Reflect.get(target, name)
      if (typeof handle === 'function') return () => Promise.reject(new Error(BUG))
      return typeof handle === 'object' && handle !== null ? offItsHinges(handle) : handle
    },
  })

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  const { house } = api.app
  const doors: Partial<House> = {
    execute: () => Promise.reject(new Error(BUG)),
    reads: offItsHinges(house.reads),
    history: offItsHinges(house.history),
    imports: offItsHinges(house.imports),
    webhooks: offItsHinges(house.webhooks),
    passwords: offItsHinges(house.passwords),
    pageSessions: offItsHinges(house.pageSessions),
    log: { debug: () => {}, info: () => {}, error: (_, message) => void logged.push(message) },
  }
  broken = await openOver(house, doors)
})
afterAll(async () => {
  await broken.close()
  await api.app.dispose()
})

const INSIDE = /select \*|secrets failed|\/srv\/|store\.ts|db-7|node_modules|at \w+ \(|Error:|SQLITE|\.ts:\d/

test('T44: with everything behind it broken, no route shows anything of the inside', async () => {
  const { accessToken } = await api.signIn()
  const operations = Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) =>
        [
          method.toUpperCase(),
          `/api/v1${path.replaceAll(/\{\w+\}/g, '01JNZ8K3V5Q2W9X7T4R6Y1M0AB')}`,
        ] as const,
    ),
  )
  const pages = pageRoutes(api.app.house).map(
    ({ method, path }) => [method, path.replaceAll(/:\w+/g, '01JNZ8K3V5Q2W9X7T4R6Y1M0AB')] as const,
  )
  const statuses = new Set<number>()
  for (const [method, path] of [...operations, ...pages]) {
    const response = await fetch(broken.address + path, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${accessToken}`,
        cookie: 'sid=x',
        'content-type': path.startsWith('/api/') ? 'application/json' : 'application/x-www-form-urlencoded',
      },
      ...(method === 'GET' ? {} : { body: path.startsWith('/api/') ? '{}' : '_csrf=x' }),
    })
    const seen = `${JSON.stringify([...response.headers])} ${await response.text()}`
    statuses.add(response.status)
    expect(INSIDE.exec(seen)?.[0], `${method} ${path} ${response.status}`).toBeUndefined()
  }
  expect(statuses.has(500)).toBe(true)
  expect(logged.filter((message) => message === 'internal').length).toBeGreaterThan(50)
})
