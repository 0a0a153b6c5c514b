import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { environmentIn, run } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const TOKEN = 'a-token-for-prometheus'

let folder: string
let remove: () => void
let child: ChildProcess | null
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  child = null
})
afterEach(() => {
  child?.kill('SIGKILL')
  remove()
})

const work = (env: Record<string, string>) => {
  child = spawn(process.execPath, [MAIN, 'work'], { cwd: folder, env: environmentIn(folder, env) })
  const own = child
  const ended = new Promise<number | null>((resolve) => own.on('close', resolve))
  return {
    ended,
    stop() {
      own.kill('SIGTERM')
      return ended
    },
  }
}

const read = async (port: number, token: string) => {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: response.status, text: await response.text() }
}

describe('latchkey work', () => {
  test('serves its meters, and nothing else, where it is told to', async () => {
    await run(folder, ['invite', 'issue', 'ada@example.org'])
    const port = await freePort()
    const service = work({ METRICS: TOKEN, METRICS_PORT: String(port) })
    await expect
      .poll(() => read(port, TOKEN).catch(() => ({ text: '' })), { timeout: 20_000 })
      .toMatchObject({
        status: 200,
        text: expect.stringContaining('latchkey_mail_tries_total{outcome="sent"} 1\n') as string,
      })
    const { text } = await read(port, TOKEN)
    expect(text).toContain('latchkey_mails{state="queued"} 0\n')
    expect((await read(port, 'another-token-altogether')).status).toBe(401)
    for (const path of ['/', '/readyz', '/api/v1/users', '/docs'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBe(404)
    expect(await service.stop()).toBe(0)
  })

  test('does not start where somebody else listens, and says so', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { code, err } = await run(folder, ['work'], {
      env: { METRICS: TOKEN, METRICS_PORT: String(port) },
    })
    other.close()
    expect([code, err]).toStrictEqual([
      1,
      `Port ${port} of 127.0.0.1 is in use. End the other program, or set METRICS_PORT.\n`,
    ])
  })
})
