import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json } from './client.ts'

const RUNS = Number(process.env['RUNS'] ?? 1500)

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
let ids: readonly string[]

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on', EMAIL_LOOKUP: 'on' })
  const adminId = await renew()
  const issued = await api.issue(tokens.admin ?? '', 'waiting@example.org')
  ids = [adminId, issued.id, '01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'x', '%00', '..%2f', '١']
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
const renew = async (): Promise<string> => {
  const { accessToken: admin, userId } = await api.signIn()
  const { accessToken: member } = await api.member(admin, `member${++members}@example.org`)
  tokens = { nobody: undefined, admin, member, forger: 'not-a-token' }
  return userId
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

const odd = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      '',
      ' ',
      null,
      true,
      -1,
      0,
      1e308,
      [],
      ['a@example.org', 'b@example.org'],
      {},
      'a'.repeat(5000),
      '\u0000',
      '\ud800',
      'mi\u212Ae@example.org',
      '2026-02-30T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      '{{constructor}}',
      '__proto__',
      "'; drop table events; --",
    ),
  },
)

/** An example with one of its fields taken away, made odd, or joined by one that nobody asked for. */
const altered = (example: unknown): fc.Arbitrary<unknown> => {
  if (typeof example !== 'object' || example === null) return odd
  const names = Object.keys(example)
  return fc
    .record({
      name: fc.constantFrom(...names, 'role', 'id', '__proto__', 'constructor'),
      value: odd,
      drop: fc.boolean(),
    })
    .map(({ name, value, drop }) => {
      const rest = Object.entries(example).filter(([one]) => one !== name)
      return Object.fromEntries(drop ? rest : [...rest, [name, value]])
    })
}

describe('whatever is sent', () => {
  test(`S1-43, F12: ${RUNS} odd requests to every operation: no answer is a 5xx, and each keeps the contract`, async () => {
    const seen = new Set<string>()
    const wish = fc.constantFrom(...spoken).chain((operation) =>
      fc.record({
        operation: fc.constant(operation),
        who: fc.constantFrom<Who[]>('nobody', 'admin', 'admin', 'admin', 'member', 'member', 'forger'),
        id: fc.constantFrom(...ids),
        query: fc.dictionary(
          fc.constantFrom(...operation.query, 'limit', 'unknown'),
          fc.oneof(fc.string(), fc.constantFrom('1', '-1', 'open', 'a@example.org', '%', '%E0%A4%A', '[]')),
          { maxKeys: 3 },
        ),
        body: fc.oneof(
          { weight: 2, arbitrary: odd },
          {
            weight: 5,
            arbitrary: operation.examples.length
              ? fc.constantFrom(...operation.examples).chain(altered)
              : odd,
          },
          { weight: 2, arbitrary: fc.constantFrom(...operation.examples, {}) },
        ),
        raw: fc.option(
          fc.constantFrom(
            '',
            '{',
            '[[[[',
            '{"a":1,"a":2}',
            '\u0000',
            '{"__proto__":{"polluted":1}}',
            `{"a":${'['.repeat(3000)}`,
          ),
          { freq: 6 },
        ),
        type: fc.constantFrom(
          'application/json',
          'application/json',
          'application/x-www-form-urlencoded',
          'text/plain',
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(wish, async ({ operation, who, id, query, body, raw, type }) => {
        const { method, path } = operation
        const search = new URLSearchParams(query).toString()
        const target = `${path.replaceAll(/\{\w+\}/g, encodeURIComponent(id))}${search ? `?${search}` : ''}`
        const bare = method === 'GET' || method === 'DELETE'
        const answer = await api.call(method, target, {
          token: tokens[who],
          ...(bare ? {} : { raw: raw ?? JSON.stringify(body) ?? '', headers: { 'content-type': type } }),
        })
        if (answer.status === 401 && (who === 'admin' || who === 'member')) await renew()
        seen.add(`${method} ${path}`)
        expect(answer.status, `${method} ${target} ${JSON.stringify(answer.body)}`).toBeLessThan(500)
      }),
      { numRuns: RUNS },
    )
    expect(seen.size).toBe(spoken.length)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  }, 300_000)
})
