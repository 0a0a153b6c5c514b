import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../../faults/support.ts'
import { altered, mangled, odd, oddText } from '../../support/odd.ts'
import { Api, type Json } from './client.ts'

const RUNS = Number(process.env['RUNS'] ?? 300)
const SLOW_MS = 1000
/** What is a fact though the caller is refused: that somebody tried, or came to read the history (noted before it is shown). */
const COUNTED = new Set(['LoginFailed', 'VerificationFailed', 'HistoryViewed'])

type Parameter = { readonly name: string; readonly in: string }
type Spoken = {
  readonly method: string
  readonly path: string
  readonly query: readonly string[]
  readonly examples: readonly unknown[]
}

let api: Awaited<ReturnType<typeof Api.open>>
let spoken: readonly Spoken[]
type Who = 'nobody' | 'admin' | 'member' | 'forger'
let tokens: Readonly<Record<Who, string | undefined>>
let members = 0
/** Ids of things that are there, by the resource that a path is about. */
let known: Readonly<Record<string, string>>
const ODD_IDS = ['01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'x', '%00', '..%2f', '١', '1'] as const

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on', EMAIL_LOOKUP: 'on' })
  await renew()
  spoken = Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Json>).map(([method, operation]) => {
      const { parameters = [], requestBody } = operation as {
        parameters?: Parameter[]
        requestBody?: { content: Record<string, { schema?: unknown }> }
      }
      const content = Object.values(requestBody?.content ?? {})
      return {
        method: method.toUpperCase(),
        path: path.replace('/api/v1', ''),
        query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
        examples: content.flatMap(({ schema }) => exampleOf(schema) ?? []),
      }
    }),
  )
})
afterAll(() => api.app.dispose())

/** Sessions end on the way, and people are suspended and forgotten: then there are new ones. */
const renew = async (): Promise<void> => {
  const { accessToken: admin } = await api.signIn()
  const { accessToken: member, userId } = await api.member(admin, `member${++members}@example.org`)
  tokens = { nobody: undefined, admin, member, forger: 'not-a-token' }
  const made = async (path: string, body: object) =>
    String((await api.call('POST', path, { token: admin, body })).body['id'])
  const [mail] = await api.app.house.reads.mails.latest(1)
  known = {
    users: userId,
    invites: (await api.issue(admin, `waiting${members}@example.org`)).id,
    clients: await made('/clients', { name: 'An App', redirectUris: ['https://app.example/callback'] }),
    webhooks: await made('/webhooks', { url: 'http://127.0.0.1:9/' }),
    mails: mail?.id ?? '',
    history: '1',
  }
}

/** Something that a schema would take, or nearly. */
const exampleOf = (schema: unknown): unknown => {
  const { examples, properties } = (schema ?? {}) as {
    examples?: unknown[]
    properties?: Record<string, unknown>
  }
  if (examples?.[0] !== undefined) return examples[0]
  if (!properties) return undefined
  return Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, exampleOf(one) ?? 'something']),
  )
}

/** What the history got to hold by a request: its id stands with everything that it caused. */
const causedBy = async (requestId: string | null, since: number): Promise<string[]> => {
  const { store } = api.app.floor
  const head = await store.head()
  const after = await Promise.all(Array.from({ length: head - since }, (_, n) => store.get(since + n + 1)))
  return after.flatMap((event) => (event?.correlation === requestId ? [event.type] : []))
}

const ODD_HEADERS: Readonly<Record<string, readonly string[]>> = {
  'idempotency-key': ['once', 'twice', 'a b', '', 'x'.repeat(201), '"quoted"'],
  'accept-language': ['*', 'ru;q=2', ',,,', 'x'.repeat(300)],
  'x-forwarded-for': ['::1', '203.0.113.7, 10.0.0.1', 'unknown'],
  'content-encoding': ['gzip', 'identity', 'br'],
  traceparent: ['00-x', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
  range: ['bytes=0-1'],
  'if-none-match': ['*'],
}
const headersOf = (chosen: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(chosen).map(([name, n]) => [
      name,
      ODD_HEADERS[name]?.at(n % ODD_HEADERS[name].length) ?? '',
    ]),
  )

const OTHER_TYPES = [
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/csv',
  'text/plain',
] as const

/** Mostly the plain thing, so that many requests get past the door. */
const sometimes = <A, B>(plain: A, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: other })

const wish = () =>
  fc.constantFrom(...spoken).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      who: fc.constantFrom<Who[]>('nobody', ...Array<Who>(5).fill('admin'), 'member', 'member', 'forger'),
      id: fc.oneof(
        { weight: 5, arbitrary: fc.constant(null) },
        { weight: 3, arbitrary: fc.constantFrom(...ODD_IDS) },
        // A dot or two would be another path before it is sent.
        {
          weight: 1,
          arbitrary: fc
            .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
            .filter((text) => text !== '.' && text !== '..'),
        },
      ),
      query: sometimes(
        {},
        fc.dictionary(
          fc.constantFrom(...operation.query, 'limit', 'unknown', '__proto__'),
          fc.oneof(oddText, fc.constantFrom('1', '-1', 'open', 'a@example.org', '%', '%E0%A4%A', '[]')),
          { maxKeys: 2 },
        ),
      ),
      repeated: sometimes(null, fc.constantFrom(...operation.query, 'limit')),
      body: fc.oneof(
        { weight: 2, arbitrary: odd },
        {
          weight: 5,
          arbitrary: operation.examples.length ? fc.constantFrom(...operation.examples).chain(altered) : odd,
        },
        { weight: 5, arbitrary: fc.constantFrom(...operation.examples, {}) },
      ),
      raw: sometimes(null, mangled),
      headers: sometimes(
        {},
        fc.dictionary(fc.constantFrom(...Object.keys(ODD_HEADERS)), fc.nat(), { maxKeys: 2 }),
      ),
      type: sometimes('application/json', fc.constantFrom(...OTHER_TYPES)),
    }),
  )

describe('whatever is sent', () => {
  test(`S1-43, F12, T39: ${RUNS} odd requests to every operation: no 5xx, each answer keeps the contract, and who is refused changes nothing`, async () => {
    const seen = new Set<string>()
    let refused = 0
    const slow: string[] = []
    const began = performance.now()
    await fc.assert(
      fc.asyncProperty(wish(), async ({ operation, who, id, query, repeated, body, raw, type, headers }) => {
        const { method, path } = operation
        const search = new URLSearchParams(query)
        if (repeated !== null) for (const value of ['1', '2']) search.append(repeated, value)
        const concrete = path
          .replace('{role}', 'auditor')
          .replaceAll(
            /\{\w+\}/g,
            encodeURIComponent((id ?? known[path.split('/')[1] ?? ''] ?? 'x').toWellFormed()),
          )
        const target = `${concrete}${search.size > 0 ? `?${search.toString()}` : ''}`
        const bare = method === 'GET' || method === 'DELETE'
        const before = await api.eventCount()
        const request = {
          token: tokens[who],
          ...(bare ? {} : { raw: raw ?? JSON.stringify(body) ?? '' }),
          headers: { ...headersOf(headers), ...(bare ? {} : { 'content-type': type }) },
        }
        const timed = async () => {
          const asked = process.cpuUsage()
          const reply = await api.call(method, target, request)
          const { user, system } = process.cpuUsage(asked) // time of the processor: others may be at work on this machine
          return { reply, took: (user + system) / 1000 }
        }
        const { reply: answer, took } = await timed()
        // Once may be the collector of garbage, twice is the operation.
        if (took > SLOW_MS && (await timed()).took > SLOW_MS)
          slow.push(`${method} ${path}: ${Math.round(took)} ms`)
        if (answer.status === 401 && (who === 'admin' || who === 'member')) await renew()
        seen.add(`${method} ${path}`)
        const what = `${method} ${target} ${JSON.stringify(answer.body)}`
        expect(answer.status, what).toBeLessThan(500)
        if (answer.status < 400) return
        refused++
        const caused = await causedBy(answer.headers.get('x-request-id'), before)
        expect(
          caused.filter((kind) => !COUNTED.has(kind)),
          what,
        ).toStrictEqual([])
      }),
      { numRuns: RUNS, seed: seedOf('fuzz of the API'), includeErrorInReport: true },
    )
    console.log(
      `${RUNS} requests: ${refused} refused, ${Math.round((RUNS * 1000) / (performance.now() - began))}/s, more than ${SLOW_MS} ms of the processor: ${slow.length}`,
    )
    expect(refused).toBeGreaterThan(RUNS / 4)
    expect(refused).toBeLessThan(RUNS)
    if (RUNS >= 1500) expect(seen.size).toBe(spoken.length)
    expect(slow).toStrictEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  }, 7_200_000)
})
