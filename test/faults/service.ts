import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import pino from 'pino'
import { expect } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { DerivedTokens } from '../../src/infrastructure/vault/derived-tokens.ts'
import { loadRootSecrets } from '../../src/infrastructure/vault/root-secret.ts'
import { openSealer } from '../../src/sealing.ts'
import { ADMIN } from '../support/admin.ts'
import { serve } from '../support/cli.ts'
import { freePort, rawSqlite, testSettings } from '../support/house.ts'
import { expectHistory, expectSealed } from './accounting.ts'
import type { Answer } from './pg-node.ts'

const has = (program: string, ...words: string[]) => spawnSync(program, words).status === 0
const isMissing = (what: string, isThere: boolean, hint: string): boolean => {
  if (!isThere) console.log(`${what}: skipped, because ${hint}`)
  return !isThere
}

/** Each says why it is missing where it is. */
export const withoutStrace = (what: string) =>
  isMissing(what, has('strace', '-V'), 'strace is not installed (Debian: apt-get install strace)')
export const withoutMount = (what: string) =>
  isMissing(
    what,
    process.getuid?.() === 0 && has('mount', '-V'),
    'only root may mount a small disk; run it as root on Linux',
  )
export const withoutPrlimit = (what: string) =>
  isMissing(what, has('prlimit', '--version'), 'prlimit is not installed (Debian: util-linux)')

/** How often each was said: status and code. */
export const tally = (told: readonly Told[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status, code } of told) {
    const name = `${status} ${code}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

export type Told = {
  readonly status: number
  readonly code: string
  readonly retryAfter: string | null
  readonly body: Record<string, unknown>
}

const CUT: Told = { status: 0, code: 'no answer', retryAfter: null, body: {} }

/** The service as people start it, in a process of its own, with a caller who keeps count of what was acknowledged. */
export const startService = async (
  folder: string,
  env: Record<string, string> = {},
  under: readonly string[] = [],
) => {
  const port = await freePort()
  const service = serve(
    folder,
    port,
    {
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      THROTTLE: 'off',
      MAIL_URL: 'capture:',
      LOG_LEVEL: 'info',
      METRICS: 'on',
      ...env,
    },
    under,
  )
  await service.listening
  const agent = new Agent({ keepAlive: true })
  const ask = (
    method: string,
    path: string,
    { body, raw, headers = {} }: { body?: object; raw?: string; headers?: Record<string, string> } = {},
  ): Promise<Told> =>
    new Promise((resolve) => {
      const asked = request(
        {
          port,
          path,
          method,
          agent,
          headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('error', () => resolve(CUT))
          response.on('end', () => {
            const json = /json/.test(response.headers['content-type'] ?? '')
            const answer = (json && text !== '' ? JSON.parse(text) : { text }) as Record<string, unknown>
            resolve({
              status: response.statusCode ?? 0,
              code: typeof answer['code'] === 'string' ? answer['code'] : '',
              retryAfter: response.headers['retry-after'] ?? null,
              body: answer,
            })
          })
        },
      )
      asked.on('error', () => resolve(CUT))
      asked.end(raw ?? (body ? JSON.stringify(body) : undefined))
    })

  let authorization = ''
  const signIn = async () => {
    const signedIn = await ask('POST', '/api/v1/sessions', { body: ADMIN })
    expect(signedIn.status, service.err()).toBe(201)
    authorization = `Bearer ${String(signedIn.body['accessToken'])}`
  }
  await signIn()
  const tokens = new DerivedTokens(loadRootSecrets(`${folder}/secret`, false))
  const answers: Answer[] = []
  let asked = 0
  const issue = async (headers: Record<string, string> = {}, email?: string): Promise<Told> => {
    const wanted = email ?? `${port}-${++asked}@example.org`
    const told = await ask('POST', '/api/v1/invites', {
      body: { email: wanted },
      headers: { authorization, ...headers },
    })
    if (told.status === 201)
      answers.push({
        n: answers.length,
        wish: { kind: 'issue', id: String(told.body['id']), email: wanted },
        result: 'accepted',
      })
    return told
  }
  const redeem = async (inviteId: string): Promise<Told> => {
    const told = await ask('POST', '/api/v1/invite-redemptions', {
      body: { token: tokens.make('invite', inviteId) },
    })
    const user = told.body['user'] as { id?: string } | undefined
    if (told.status === 201)
      answers.push({
        n: answers.length,
        wish: { kind: 'redeem', id: inviteId },
        result: String(user?.id),
      })
    return told
  }
  return {
    ...service,
    port,
    answers,
    ask,
    signIn,
    issue,
    redeem,
    /** A list of people to invite, at once. */
    import: (csv: string) =>
      ask('POST', '/api/v1/invites/imports', {
        raw: csv,
        headers: { authorization, 'content-type': 'text/csv' },
      }),
    /** Something that only reads. */
    read: () => ask('GET', '/api/v1/invites', { headers: { authorization } }),
    page: () => ask('GET', '/', { headers: { accept: 'text/html' } }),
    ready: () => ask('GET', '/readyz'),
    /** Issues and redeems, so many at once, until it is told to stop; answers what was said in between. */
    load(clients = 8) {
      let running = true
      const told: Told[] = []
      const each = async () => {
        while (running) {
          const issued = await issue()
          told.push(issued)
          if (issued.status === 201) {
            const id = String(issued.body['id'])
            told.push(...(await Promise.all([redeem(id), redeem(id)])))
          }
          if (issued.status === 0) return
        }
      }
      const all = Promise.all(Array.from({ length: clients }, each))
      return {
        told,
        done: all,
        stop: async () => {
          running = false
          await all
          return told
        },
      }
    },
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      agent.destroy()
      return service.stop(signal)
    },
  }
}
export type Service = Awaited<ReturnType<typeof startService>>

/** What must hold of the file after any fault: nothing acknowledged is lost, the laws, read tables, seals, pages of the file. */
export const expectNothingLost = async (folder: string, answers: readonly Answer[]): Promise<number> => {
  const floor = await openFoundation(testSettings(folder, 3000))
  try {
    expect(rawSqlite(floor).db.pragma('integrity_check', { simple: true })).toBe('ok')
    const ids = await expectHistory(floor, answers, 1)
    await openSealer(floor, pino({ level: 'silent' })).seal()
    await expectSealed(floor)
    return ids.length
  } finally {
    await floor.close()
  }
}

/** Lets system calls of a process that is at work fail or dawdle (strace), until it is told to stop. */
export const disturb = async (
  pid: number,
  inject: string,
  files: readonly string[] = [],
): Promise<{ stop: () => Promise<void> }> => {
  const calls = inject.split(':')[0] ?? ''
  const tracer: ChildProcess = spawn('strace', [
    '-f',
    '-p',
    String(pid),
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${inject}`,
    ...files.flatMap((file) => ['-P', file]),
    '-o',
    '/dev/null',
  ])
  const ended = once(tracer, 'exit')
  await new Promise<void>((resolve, reject) => {
    let said = ''
    tracer.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('attached')) resolve()
    })
    void ended.then(() => reject(new Error(`strace has ended: ${said}`)))
  })
  return {
    async stop() {
      tracer.kill('SIGINT')
      await ended
    },
  }
}
