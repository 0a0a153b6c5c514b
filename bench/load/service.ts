import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ADMIN } from '../admin.ts'
import { freePort } from '../machine.ts'
import type { Ask } from './ask.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const MIB = 2 ** 20

/** `latchkey serve` as in production, on SQLite, in a folder of its own. */
export const startService = async (mailUrl: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-load-'))
  writeFileSync(join(folder, 'secret'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: folder,
    // A group of its own: Ctrl-C is for us, and we end it in good order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      PROFILE: 'production',
      DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      MAIL_URL: mailUrl,
      // Callers have addresses of their own, as behind a proxy: the limits on one address stay on.
      TRUST_PROXY: '1',
      METRICS: 'on',
    },
  })
  let [out, log] = ['', '']
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log = (log + chunk).slice(-20_000)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      if (out.includes('Sign in as')) resolve()
    })
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${log}`)))
  })
  return {
    port,
    pid: child.pid ?? 0,
    /** The last it wrote to its log. */
    log: () => log,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    databaseMiB: () => statSync(join(folder, 'latchkey.db')).size / MIB,
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      const code = await ended
      rmSync(folder, { recursive: true, force: true })
      return code
    },
  }
}

/** What a process looks like from outside, and what it says of itself. */
export type Vitals = {
  readonly rss: number
  readonly heap: number
  readonly descriptors: number
  readonly mailsQueued: number
  /** Since it began: how many commits took a quarter of a second, which is the disk's doing. */
  readonly slowCommits: number
  readonly events: number
}

const figure = (text: string, line: string): number =>
  Number(
    text
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.slice(line.length + 1) ?? Number.NaN,
  )

export const vitalsOf = async (ask: Ask, pid: number): Promise<Vitals> => {
  const { body } = await ask('GET', '/metrics')
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return {
    rss: kib / 1024,
    heap: figure(body, 'nodejs_heap_size_used_bytes') / MIB,
    descriptors: figure(body, 'process_open_fds'),
    mailsQueued: figure(body, 'latchkey_mails{state="queued"}'),
    slowCommits:
      figure(body, 'latchkey_commit_duration_seconds_count') -
      figure(body, 'latchkey_commit_duration_seconds_bucket{le="0.25"}'),
    events: figure(body, 'latchkey_history_head'),
  }
}
