import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../faults/support.ts'
import { type PageRoute, pageRoutes } from '../http/pages/routes.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import { mangled, oddText } from '../support/odd.ts'
import { formsOf, type Page } from '../support/visitor.ts'
import { type Caller, type Scene, setScene } from './scene.ts'

const RUNS = Number(process.env['RUNS'] ?? 200)
const SLOW_MS = 1000
const RENEWED_EVERY = 100
/** What is a fact though the visitor is refused: that somebody tried, or came to read the history. */
const COUNTED = new Set(['LoginFailed', 'VerificationFailed', 'HistoryViewed'])
const STATUSES = new Set([200, 201, 202, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422])
const WHO: readonly Caller[] = ['anonymous', 'user', 'inviter', 'admin', 'admin', 'admin', 'admin', 'auditor']

type Fields = Readonly<Record<string, string>>

let site: Site
let scene: Scene
let routes: readonly PageRoute[]
/** The fields that the forms of a route were seen with, and every name of a field there is. */
const seenFields = new Map<string, Fields>()
const names = new Set(['login', 'password', 'role', 'id', '__proto__', 'constructor', 'next'])

/** Looks at every page there is, as whoever is shown most, for the forms that stand on it. */
const readForms = async (): Promise<void> => {
  for (const { method, path } of routes) {
    if (method !== 'GET' || path.endsWith('/live')) continue
    for (const who of ['anonymous', 'admin'] as const) {
      for (const form of formsOf((await scene.visitors[who].get(scene.concrete(path))).html)) {
        const { pathname } = new URL(form.action, site.address)
        const route = routes.find((one) => one.method === 'POST' && scene.concrete(one.path) === pathname)
        if (!route) continue
        const { _csrf, ...fields } = form.fields
        seenFields.set(route.path, { ...seenFields.get(route.path), ...fields })
        for (const name of Object.keys(fields)) names.add(name)
      }
    }
  }
}

beforeAll(async () => {
  site = await openSite({ DEV_MAILBOX: 'on' })
  routes = pageRoutes(site.house).filter(({ path }) => !path.endsWith('/live'))
  scene = await setScene(site, await site.signedInAdmin())
  await readForms()
})
afterAll(() => site.dispose())

const causedBy = async (requestId: string | null, since: number): Promise<string[]> => {
  const after = await Promise.all(
    Array.from({ length: (await site.head()) - since }, (_, n) => site.floor.store.get(since + n + 1)),
  )
  return after.flatMap((event) => (event?.correlation === requestId ? [event.type] : []))
}

/** On the way people sign out, are suspended and erased: now and then there are new ones. */
const renew = async (): Promise<void> => {
  for (const who of ['admin', 'user', 'inviter', 'auditor'] as const) {
    if ((await scene.visitors[who].get('/')).html.includes('action="/logout"')) continue
    scene = await setScene(site, await site.signedInAdmin())
    return
  }
}

const wish = () =>
  fc.constantFrom(...routes).chain((route) =>
    fc.record({
      route: fc.constant(route),
      who: fc.constantFrom(...WHO),
      oddId: fc.option(
        fc.constantFrom('x', '%00', '..%2f', '%E0%A4%A', '01JNZ8K3V5Q2W9X7T4R6Y1M0AB', '0', '-1'),
        {
          freq: 2,
        },
      ),
      changed: fc.dictionary(
        fc.constantFrom(...Object.keys(seenFields.get(route.path) ?? {}), ...names),
        oddText,
        { maxKeys: 3 },
      ),
      raw: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: mangled }),
      type: fc.oneof(
        { weight: 12, arbitrary: fc.constant('application/x-www-form-urlencoded') },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            'multipart/form-data',
            'multipart/form-data; boundary=x',
            'application/json',
          ),
        },
      ),
    }),
  )

const ask = async (
  { path, method }: PageRoute,
  who: Caller,
  {
    changed,
    raw,
    type,
    oddId,
  }: { changed: Fields; raw: string | Uint8Array<ArrayBuffer> | null; type: string; oddId: string | null },
): Promise<Page> => {
  const visitor = scene.visitors[who]
  const target = oddId === null ? scene.concrete(path) : path.replaceAll(/:\w+/g, oddId)
  if (method === 'GET') return visitor.get(`${target}?${new URLSearchParams(changed).toString()}`)
  const { html } = await visitor.get('/')
  const fields = {
    _csrf: /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '',
    ...seenFields.get(path),
    ...changed,
  }
  return visitor.request('POST', target, {
    body: raw ?? new URLSearchParams(fields).toString(),
    headers: { 'content-type': type, origin: site.address },
  })
}

describe('whatever is typed into forms', () => {
  test('every form of every page is known here by its fields', () => {
    const posts = routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
    expect(seenFields.size).toBeGreaterThan(posts.length * 0.7)
  })

  test(`F12, T39: ${RUNS} odd visits and forms: no 5xx, no answer that we have not, and who is refused changes nothing`, async () => {
    const began = performance.now()
    const slow: string[] = []
    let refused = 0
    let visits = 0
    await fc.assert(
      fc.asyncProperty(wish(), async ({ route, who, ...odd }) => {
        if (++visits % RENEWED_EVERY === 0) await renew()
        const before = await site.head()
        const timed = async () => {
          const asked = process.cpuUsage()
          const page = await ask(route, who, odd)
          const { user, system } = process.cpuUsage(asked) // time of the processor: others may be at work on this machine
          return { page, took: (user + system) / 1000 }
        }
        const { page, took } = await timed()
        const what = `${route.method} ${page.url} as ${who}`
        // Once may be the collector of garbage, twice is the page.
        if (took > SLOW_MS && (await timed()).took > SLOW_MS) slow.push(`${what}: ${Math.round(took)} ms`)
        expect(STATUSES, `${what}: ${page.status}`).toContain(page.status)
        if (page.location !== null)
          expect(new URL(page.location, site.address).origin, what).toBe(originOf(page.location))
        if (page.status < 400) return
        refused++
        const caused = await causedBy(page.headers.get('x-request-id'), before)
        expect(
          caused.filter((kind) => !COUNTED.has(kind)),
          what,
        ).toStrictEqual([])
      }),
      { numRuns: RUNS, seed: seedOf('fuzz of the pages'), includeErrorInReport: true },
    )
    const rate = Math.round((RUNS * 1000) / (performance.now() - began))
    console.log(
      `${RUNS} visits: ${refused} refused, ${rate}/s, more than ${SLOW_MS} ms of the processor: ${slow.length}`,
    )
    expect(slow).toStrictEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  }, 7_200_000)
})

/** Where a redirect may lead: to ourselves, and nowhere else but to an application that was registered. */
const originOf = (location: string): string =>
  location.startsWith('https://app.example/callback') ? 'https://app.example' : new URL(site.address).origin
