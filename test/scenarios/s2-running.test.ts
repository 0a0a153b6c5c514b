import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, openApp } from '../../src/app.ts'
import { readSettings, settingsSchema } from '../../src/config.ts'
import { captureTransport } from '../../src/infrastructure/mail/transport.ts'
import { environmentIn, run, serve } from '../support/cli.ts'
import { DAY, freePort, temporaryFolder, testClock, testSettings } from '../support/house.ts'
import { Visitor } from '../support/visitor.ts'
import { PASSWORD } from './registering.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

let folder: string
let remove: () => void
let services: Pick<ReturnType<typeof serve>, 'stop'>[]
beforeEach(() => {
  services = []
  ;({ folder, remove } = temporaryFolder())
})
afterEach(async () => {
  await Promise.all(services.map(({ stop }) => stop('SIGKILL')))
  remove()
})

const started: typeof serve = (...how) => {
  const service = serve(...how)
  services.push(service)
  return service
}

const send = (address: string, path: string, body: object) =>
  fetch(`${address}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('S2: two days', () => {
  test('S2-31, S2-33 a restart in between forgets no deadline: who never confirmed is gone, the address free', async () => {
    const clock = testClock()
    const settings = testSettings(folder, await freePort())
    const open = (noWorkers: boolean): Promise<App> =>
      openApp(settings, {
        log: pino({ level: 'silent' }),
        clock,
        transport: captureTransport(),
        noWorkers,
      })
    const who = { email: 'late.s233@example.org', password: PASSWORD }
    const first = await open(true)
    expect((await send(first.address, '/users', who)).status).toBe(201)
    await first.close()

    clock.advance(2 * DAY - 1000)
    const second = await open(true)
    await second.deadlines.removeDue()
    expect((await send(second.address, '/sessions', who)).status, 'a second too early').toBe(201)
    await second.close()

    clock.advance(1000)
    const third = await open(false)
    try {
      const waiting = () => third.floor.reads.users.waitingFor(who.email)
      await expect.poll(waiting, { timeout: 10_000 }).toStrictEqual([])
      expect((await send(third.address, '/sessions', who)).status).toBe(401)
      expect((await send(third.address, '/users', who)).status).toBe(201)
    } finally {
      await third.close()
    }
  })
})

describe('S2: settings', () => {
  /** For each setting a value that is not its default. */
  const other: Record<string, string> = {
    PROFILE: 'test',
    DATABASE_URL: 'sqlite:elsewhere.db',
    DATABASE_READ_URL: 'postgres://latchkey@replica/latchkey',
    DATABASE_POOL: '20',
    HOST: '0.0.0.0',
    PORT: '4000',
    PUBLIC_URL: 'https://id.example.org',
    SECRET: 'x'.repeat(32),
    SECRET_FILE: 'elsewhere',
    ADMIN_EMAIL: 'chief@example.org',
    ADMIN_PASSWORD: PASSWORD,
    HASH_COST: '13',
    MAIL_URL: 'smtp://127.0.0.1:1025',
    MAIL_FROM: 'no-reply@example.org',
    DEV_MAILBOX: 'off',
    INVITE_CREDENTIALS: 'choose',
    INVITE_LINK: 'direct',
    REGISTRATION: 'invite',
    PINNED_SETTINGS: 'registration.mode',
    EMAIL_LOOKUP: 'on',
    EMAIL_VERIFIER_URL: 'https://api.example.org/verify',
    ENRICHMENT_URL: 'https://api.example.org/find',
    SEAL_EVENTS: '10',
    SEAL_SECONDS: '10',
    SEAL_ORIGIN: 'history.example.org',
    SEAL_WITNESS_URL: 'https://witness.example.org/',
    SEAL_MAIL: 'daily',
    CORS_ORIGINS: 'https://app.example',
    THROTTLE: 'off',
    TRUST_PROXY: 'on',
    METRICS: 'on',
    METRICS_PORT: '9464',
    LOG_LEVEL: 'debug',
    LOG_FILE: 'elsewhere.log',
  }
  /** A key without its service is nothing to the service. */
  const keys = ['EMAIL_VERIFIER_KEY', 'ENRICHMENT_KEY']

  test.each(Object.keys(settingsSchema.shape))('S2-42 %s has an effect', (name) => {
    const value = other[name] ?? (name.endsWith('_TTL') ? '33s' : 'a-key')
    const service = keys.includes(name)
      ? { [name.replace('_KEY', '_URL')]: 'https://api.example.org/find' }
      : {}
    expect(readSettings({ ...service, [name]: value })).not.toStrictEqual(readSettings(service))
  })

  test('S2-42 they are read from .env too; the environment is stronger', async () => {
    const [port, stronger] = [await freePort(), await freePort()]
    writeFileSync(
      join(folder, '.env'),
      `PORT=${port}\nADMIN_EMAIL=chief@example.org\nADMIN_PASSWORD=${PASSWORD}\n`,
    )
    const service = started(folder, stronger)
    await service.listening
    expect(service.out()).toContain(`Latchkey listens on http://127.0.0.1:${stronger}\n`)
    const chief = new Visitor(`http://127.0.0.1:${stronger}`)
    expect((await chief.signIn('chief@example.org', PASSWORD)).html).toContain('Control panel')
    await service.stop()
  })
})

describe('S2: the first admin', () => {
  test('S2-39 goes when the schema is undone with its history, and is back after the next start', async () => {
    const port = await freePort()
    const env = { ADMIN_EMAIL: 'chief@example.org', ADMIN_PASSWORD: PASSWORD }
    const users = async () =>
      (JSON.parse((await run(folder, ['user', 'list', '--json'])).out) as { email: string }[]).map(
        ({ email }) => email,
      )
    const start = async () => {
      const service = started(folder, port, env)
      await service.listening
      const page = await new Visitor(`http://127.0.0.1:${port}`).signIn('chief@example.org', PASSWORD)
      await service.stop()
      return page
    }
    expect((await start()).html).toContain('Control panel')
    expect(await users()).toStrictEqual(['chief@example.org'])
    const down = await run(folder, ['migrate', 'down', '--to', '0', '--delete-history'])
    expect([down.code, down.err]).toStrictEqual([0, ''])
    expect(await users()).toStrictEqual([])
    expect((await start()).html).toContain('Control panel')
    expect(await users()).toStrictEqual(['chief@example.org'])
  })
})

describe('S2: each part alone', () => {
  test('S2-43 the service without its runners sends nothing; `work` beside it does', async () => {
    const port = await freePort()
    const alone = (...args: string[]) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: folder,
        env: environmentIn(folder, { PORT: String(port) }),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      let out = ''
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
      })
      const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
        child.kill(signal)
        return ended
      }
      services.push({ stop })
      return { out: () => out, stop }
    }
    const service = alone('serve', '--no-workers')
    await expect.poll(service.out, { timeout: 10_000 }).toContain('Latchkey listens on')
    const who = { email: 'alone.s243@example.org', password: PASSWORD }
    expect((await send(`http://127.0.0.1:${port}`, '/users', who)).status).toBe(201)
    const runners = alone('work')
    await expect.poll(runners.out, { timeout: 10_000 }).toContain('To: alone.s243@example.org')
    expect(service.out()).not.toContain('alone.s243@example.org')
    expect([await runners.stop(), await service.stop()]).toStrictEqual([0, 0])
  })
})
