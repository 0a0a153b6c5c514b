// npm run bench:import [-- LINES]: imports a list through the API into a service that runs as `serve` does, mails and seals
// included, while others read and write; how long they wait with and without it, and what it costs.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { openApp } from '../src/app.ts'
import { grantTo } from '../src/cli/grants.ts'
import { readSettings } from '../src/config.ts'
import { ADMIN } from './admin.ts'
import { percentile } from './figures.ts'
import { cleanUp, newFolder } from './machine.ts'

const PER_SECOND = 40
const QUIET_MS = 10_000

const serve = async (folder: string) => {
  const settings = readSettings({
    DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
    SECRET_FILE: join(folder, 'secret'),
    MAIL_URL: 'capture:',
    PORT: '0',
    THROTTLE: 'off',
  })
  // Takes every mail at once and keeps none: what a mail server takes its time for is not ours.
  const transport = { send: async () => {}, close: async () => {} }
  const app = await openApp(settings, { log: pino({ level: 'silent' }), transport })
  await grantTo(app.floor, ADMIN.email, 'admin', ADMIN.password)
  process.on('message', () => process.send?.({ rss: process.memoryUsage.rss() }))
  process.on('disconnect', () => process.exit(0))
  process.send?.({ address: app.address })
}

type Kind = 'GET /me' | 'GET /invites' | 'POST /invites' | 'GET /'
const KINDS: readonly Kind[] = ['GET /me', 'GET /invites', 'POST /invites', 'GET /']

/** What somebody waits for an answer, from the moment at which they meant to ask. */
const watch = (address: string, token: string) => {
  const waits = Object.fromEntries(KINDS.map((kind) => [kind, [] as number[]])) as Record<Kind, number[]>
  const stopping = new AbortController()
  const ask = async (kind: Kind, n: number) => {
    const [method = '', path = ''] = kind.split(' ')
    const since = performance.now()
    const answer = await fetch(path === '/' ? address : `${address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify({ email: `late-${since}-${n}@example.org` }) } : {}),
    })
    await answer.text()
    if (!answer.ok) throw new Error(`${kind} answered ${answer.status}`)
    waits[kind].push(performance.now() - since)
  }
  const running = (async () => {
    const began = performance.now()
    const open = new Set<Promise<void>>()
    for (let n = 0; !stopping.signal.aborted; n++) {
      const asked = ask(KINDS[n % KINDS.length] ?? 'GET /me', n).finally(() => open.delete(asked))
      open.add(asked)
      await sleep(Math.max(0, began + (n * 1000) / PER_SECOND - performance.now()))
    }
    await Promise.all(open)
  })()
  return async () => {
    stopping.abort()
    await running
    return waits
  }
}

const figuresOf = (waits: Record<Kind, number[]>) => {
  const round = (ms: number) => Math.round(ms * 10) / 10
  const figures = (all: readonly number[]) => ({
    p50: round(percentile(all, 0.5)),
    p99: round(percentile(all, 0.99)),
    max: round(Math.max(...all)),
    answers: all.length,
  })
  return {
    all: figures(KINDS.flatMap((kind) => waits[kind])),
    ...Object.fromEntries(KINDS.map((kind) => [kind, figures(waits[kind])])),
  }
}

const main = async (lines: number) => {
  const folder = newFolder()
  process.on('exit', cleanUp)
  const service = fork(import.meta.filename, ['serve', folder])
  const [{ address }] = (await once(service, 'message')) as [{ address: string }]
  const api = async (
    method: string,
    path: string,
    token: string,
    body: unknown,
    type = 'application/json',
  ) => {
    const answer = await fetch(`${address}/api/v1${path}`, {
      method,
      headers: { 'content-type': type, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
  const signedIn = await api('POST', '/sessions', '', { email: ADMIN.email, password: ADMIN.password })
  const token = String(signedIn['accessToken'])
  const rest = watch(address, token)
  await sleep(QUIET_MS)
  const quiet = figuresOf(await rest())
  let most = 0
  const memory = setInterval(() => service.send('memory'), 200)
  service.on('message', ({ rss }: { rss: number }) => {
    most = Math.max(most, rss)
  })
  const list = Array.from({ length: lines }, (_, n) => `person-${n}@a-department.example.org;member`).join(
    '\n',
  )
  const stop = watch(address, token)
  const began = performance.now()
  const taken = await api('POST', '/invites/imports', token, `email;role\n${list}`, 'text/csv')
  const read = performance.now() - began
  let state: Record<string, unknown> = taken
  while (state['state'] !== 'done') {
    await sleep(500)
    state = await api('GET', `/invites/imports/${String(taken['id'])}?limit=1`, token, undefined)
  }
  const took = performance.now() - began
  const busy = figuresOf(await stop())
  clearInterval(memory)
  process.stdout.write(
    `${JSON.stringify(
      {
        lines,
        counts: state['counts'],
        read_s: Math.round(read) / 1000,
        total_s: Math.round(took) / 1000,
        lines_per_s: Math.round((lines / took) * 1000),
        rss_mb: Math.round(most / 2 ** 20),
        quiet,
        busy,
      },
      null,
      2,
    )}\n`,
  )
  process.exit(0)
}

const [, , what = '100000', folder = ''] = process.argv
if (what === 'serve') await serve(folder)
else await main(Number(what))
