import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serve } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const STUB = pathToFileURL(join(import.meta.dirname, '../support/tracing-stub.mjs')).href
const WITH_SDK = { NODE_OPTIONS: `--import ${STUB}` }

type Span = {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
  readonly attributes: Record<string, unknown>
}

/** Registers somebody through a service, within a trace of the caller's. */
const registerThrough = async (env: Record<string, string>) => {
  const port = await freePort()
  const file = join(folder, 'spans.jsonl')
  const service = serve(folder, port, { SPANS_FILE: file, LOG_LEVEL: 'debug', ...env })
  await service.listening
  const made = await fetch(`http://127.0.0.1:${port}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: TRACEPARENT },
    body: JSON.stringify({ email: 'ada.secret@example.org', password: 'a-secret-password-of-hers' }),
  })
  expect(made.status).toBe(201)
  await expect.poll(() => service.out(), { timeout: 10_000 }).toContain('--- end')
  await service.stop()
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const spans = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Span)
  return { text, spans, log: service.err() }
}

test('S4-51 with an SDK loaded before it, requests, commands, commits and mails are told as spans, under the caller’s trace', async () => {
  const { text, spans, log } = await registerThrough(WITH_SDK)
  const request = spans.find(({ name }) => name === 'POST /users')
  expect(request).toMatchObject({
    traceId: TRACE,
    parent: '00f067aa0ba902b7',
    attributes: { 'http.request.method': 'POST', 'http.route': '/users', 'http.response.status_code': 201 },
  })
  const command = spans.find(({ name }) => name === 'command RegisterUser')
  expect(command).toMatchObject({
    traceId: TRACE,
    parent: request?.spanId,
    attributes: { 'latchkey.command': 'RegisterUser', 'latchkey.outcome': 'accepted' },
  })
  expect(spans.some(({ name }) => name === 'commit')).toBe(true)
  expect(spans.some(({ name }) => name === 'send mail')).toBe(true)
  const told = text.replaceAll(/"(traceId|spanId|parent)":"[0-9a-f]+"/g, '') // any three letters a–f can stand in these
  expect(told).not.toMatch(/secret|ada|example\.org/i)
  expect(log).toContain(TRACE) // the line in the log leads to the trace
})

test('S4-51 without one no span is made; the caller’s trace stands in the log all the same', async () => {
  const { spans, log } = await registerThrough({})
  expect(spans).toStrictEqual([])
  const line = log.split('\n').find((one) => one.includes('"route":"/users"'))
  expect((JSON.parse(line ?? '{}') as { traceId?: string }).traceId).toBe(TRACE)
})
