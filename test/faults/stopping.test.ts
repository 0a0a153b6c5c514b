import { Agent, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run, serve } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'
import { rounds } from './support.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const PASSWORD = 'correct-horse-battery'
const CLIENTS = 8

type Answer = { readonly status: number; readonly body: string }

const openClient = (port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const asked = request(
        { port, path, method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
          response.on('error', reject)
        },
      )
      asked.on('error', reject)
      asked.end(JSON.stringify(body))
    })
  return { post, close: () => agent.destroy() }
}

const start = async () => {
  const port = await freePort()
  const service = serve(folder, port, {
    ADMIN_EMAIL: 'admin@example.org',
    ADMIN_PASSWORD: PASSWORD,
    THROTTLE: 'off',
    MAIL_URL: 'capture:',
  })
  await service.listening
  return { port, service }
}

/** Somebody who never finishes a request; resolves once the service has begun to read it. */
const beginWithoutEnd = async (port: number): Promise<void> => {
  const slow = request({
    port,
    path: '/api/v1/sessions',
    method: 'POST',
    headers: { 'content-length': '100', expect: '100-continue' },
  })
  slow.on('error', () => {})
  const begun = new Promise<void>((resolve) => slow.once('continue', () => resolve()))
  slow.write('{')
  await begun
}

describe('F23 SIGTERM under load', () => {
  test('every request that was taken is answered, nothing that was answered is lost, and the end comes within ten seconds', async () => {
    const acknowledged = new Set<string>()
    for (let round = 0; round < rounds(1, 20); round++) {
      const { port, service } = await start()
      const admin = openClient(port)
      const signedIn = await admin.post('/api/v1/sessions', {
        email: 'admin@example.org',
        password: PASSWORD,
      })
      const { accessToken } = JSON.parse(signedIn.body) as { accessToken: string }
      const others: string[] = []
      const load = Array.from({ length: CLIENTS }, async (_, client) => {
        const { post, close } = openClient(port)
        try {
          for (let n = 0; ; n++) {
            const email = `r${round}c${client}n${n}@example.org`
            const { status } = await post(
              '/api/v1/invites',
              { email },
              { authorization: `Bearer ${accessToken}` },
            )
            if (status === 201) acknowledged.add(email)
            else others.push(`${status}`)
          }
        } catch (error) {
          others.push((error as NodeJS.ErrnoException).code ?? 'unknown')
        } finally {
          close()
        }
      })
      const before = acknowledged.size
      await expect
        .poll(() => acknowledged.size, { timeout: 20_000, interval: 5 })
        .toBeGreaterThan(before + 40)
      const told = performance.now()
      expect(await service.stop('SIGTERM')).toBe(0)
      expect(performance.now() - told).toBeLessThan(10_000)
      await Promise.all(load)
      admin.close()
      // Each client ends at a door that is closed, or that closed before its request was taken.
      expect(others.filter((one) => one !== 'ECONNREFUSED' && one !== 'ECONNRESET')).toStrictEqual([])
      expect(others).toHaveLength(CLIENTS)
    }
    const listed = await run(folder, [
      'history',
      'list',
      '--type',
      'InviteIssued',
      '--limit',
      '100000',
      '--json',
    ])
    const issued = (JSON.parse(listed.out) as unknown[]).length
    // Not one more and not one less: what was decided was answered, what was answered is there.
    expect(issued).toBe(acknowledged.size)
  }, 240_000)

  test('while it says good-bye it is alive, not ready, and lets go of connections one by one', async () => {
    const { port, service } = await start()
    const idle = new Agent({ keepAlive: true })
    const ask = (path: string) =>
      new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
        request({ port, path, agent: idle }, (response) => {
          response.resume()
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }),
          )
        })
          .on('error', reject)
          .end()
      })
    expect(await ask('/readyz')).toStrictEqual({ status: 200, connection: 'keep-alive' })
    const ended = service.stop('SIGTERM')
    await expect
      .poll(() => ask('/readyz'), { interval: 5, timeout: 400 })
      .toStrictEqual({ status: 503, connection: 'close' })
    idle.destroy()
    expect(await ended).toBe(0)
  })

  test('a second signal ends it at once', async () => {
    const { port, service } = await start()
    await beginWithoutEnd(port)
    const first = service.stop('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 700))
    const told = performance.now()
    expect(await service.stop('SIGTERM')).toBe(1)
    expect(performance.now() - told).toBeLessThan(1000)
    expect(await first).toBe(1)
  })

  test('who never finishes a request does not keep it from ending well', async () => {
    const { port, service } = await start()
    await beginWithoutEnd(port)
    const told = performance.now()
    expect(await service.stop('SIGTERM')).toBe(0)
    expect(performance.now() - told).toBeLessThan(10_000)
  })
})
