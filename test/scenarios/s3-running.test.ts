import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config.ts'
import { mailTransport } from '../../src/runners.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, temporaryFolder } from '../support/house.ts'

const root = join(import.meta.dirname, '../..')

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

test('S3-42 server, port, encryption, user, password and sender of mails are settings', async () => {
  const seen: object[] = []
  let user = ''
  const smtp = new SMTPServer({
    logger: false,
    onAuth(given, _session, done) {
      user = `${given.username}:${given.password}`
      done(null, { user: given.username })
    },
    onData(stream, { secure, envelope }, done) {
      seen.push({ secure, user, from: envelope.mailFrom === false ? '' : envelope.mailFrom.address })
      stream.resume()
      stream.on('end', () => done())
    },
  })
  await new Promise<void>((resolve) => {
    smtp.listen(0, '127.0.0.1', resolve)
  })
  const { port } = smtp.server.address() as AddressInfo
  // The certificate of this server is nobody's, so the address has to say that it will do.
  const url = `smtp://postman:secret-word@127.0.0.1:${port}?tls.rejectUnauthorized=false`
  const settings = readSettings({ MAIL_URL: url, MAIL_FROM: 'The Door <door@example.org>' })
  const transport = mailTransport(settings)
  await transport.send({
    id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB',
    to: 'ada@example.org',
    subject: 'Hello',
    text: 'Hello!',
    html: '<p>Hello!</p>',
  })
  await transport.close()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
  expect(seen).toStrictEqual([{ secure: true, user: 'postman:secret-word', from: 'door@example.org' }])
})

test('S3-44 nobody waits for what others are waiting for: pages are answered while passwords are computed', {
  timeout: 180_000, // whoever hashes yields to everybody else on this machine
}, async () => {
  const app = await openTestApp({ HASH_COST: '11' })
  try {
    await enrolAdmin(app.floor)
    const finished: string[] = []
    const signingIn = Array.from({ length: 4 }, async () => {
      const answer = await fetch(`${app.address}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ADMIN),
      })
      if (answer.status === 201) finished.push('sign-in')
      return answer.status
    })
    for (let n = 0; n < 5; n++) expect((await fetch(`${app.address}/`)).status).toBe(200)
    finished.push('five pages')
    // On a machine with too much else to do some are told to come again.
    const told = (await Promise.all(signingIn)).filter((status) => status !== 503)
    expect(told).toStrictEqual(Array(Math.max(told.length, 1)).fill(201))
    expect(finished[0]).toBe('five pages')
  } finally {
    await app.dispose()
  }
})

describe('S3: files for the browser', () => {
  test('S3-45 a changed style sheet has a new name, which the page names; the old name is gone', async () => {
    /** The names that a copy of these files has for itself. */
    const names = async () => {
      const { openAssets } = (await import(copy)) as typeof import('../../src/http/pages/assets.ts')
      return openAssets().urls
    }
    cpSync(join(root, 'src/http'), join(folder, 'http'), { recursive: true })
    const copy = join(folder, 'http/pages/assets.ts')
    const before = await names()
    writeFileSync(join(folder, 'http/public/styles/9-more.css'), '.more { color: red; }\n')
    const after = await names()
    expect(after['app.css']).toMatch(/^\/assets\/app\.[0-9a-f]{8}\.css$/)
    expect(Object.values(after)).not.toContain(before['app.css'])
    expect(after['favicon.svg']).toBe(before['favicon.svg'])

    const app = await openTestApp()
    try {
      expect(await (await fetch(`${app.address}/`)).text()).toContain(`href="${before['app.css']}"`)
    } finally {
      await app.dispose()
    }
  })

  test('S3-46 one command each installs, checks, builds and serves while one writes', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('npm ci')
    expect(scripts).toMatchObject({
      lint: expect.stringContaining('biome check .'),
      build: expect.stringContaining('copy-assets'),
      dev: expect.stringContaining('--watch'),
    })
    const check = spawnSync(join(root, 'node_modules/.bin/biome'), ['check', 'src/http/public'], {
      cwd: root,
    })
    expect([check.status, check.stderr.toString()]).toStrictEqual([0, ''])
  })
})
