import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run, serve } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'
import { linkIn, Visitor } from '../support/visitor.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const json = <T>(text: string): T => JSON.parse(text) as T

describe('the command line', () => {
  test('S0-33, S0-34, S0-35, S4-25 migrate up makes the schema in one file, again changes nothing; down undoes it', async () => {
    const migrations = readdirSync(join(import.meta.dirname, '../../migrations/sqlite'))
      .filter((file) => file.endsWith('.up.sql'))
      .toSorted()
      .map((file) => file.replace('.up.sql', '').replace('_', ' ').replace(/^0+/, ''))
    const last = migrations.at(-1) ?? ''
    expect(migrations.slice(0, 2)).toStrictEqual(['1 history', '2 vault'])
    const up = await run(folder, ['migrate', 'up'])
    expect([up.code, up.out]).toStrictEqual([0, migrations.map((name) => `applied ${name}\n`).join('')])
    expect(statSync(join(folder, 'latchkey.db')).mode & 0o777).toBe(0o600)
    expect((await run(folder, ['migrate', 'up'])).out).toBe('nothing to do\n')
    expect((await run(folder, ['migrate', 'down'])).out).toBe(`undone ${last}\n`)
    const status = json<{ appliedAt: string | null }[]>(
      (await run(folder, ['migrate', 'status', '--json'])).out,
    )
    expect(status.map(({ appliedAt }) => appliedAt !== null)).toStrictEqual([
      ...migrations.slice(1).map(() => true),
      false,
    ])
    expect((await run(folder, ['migrate', 'up'])).out).toBe(`applied ${last}\n`)
  })

  test('C-30 migrate down keeps a history unless it is told to delete it', async () => {
    await run(folder, ['invite', 'issue', 'ada@example.org'])
    const kept = await run(folder, ['migrate', 'down', '--to', '0'])
    expect([kept.code, kept.err]).toStrictEqual([2, expect.stringContaining('--delete-history')])
    expect((await run(folder, ['history', 'list'])).out).toContain('InviteIssued')
    expect((await run(folder, ['migrate', 'down', '--to', '0', '--delete-history'])).code).toBe(0)
  })

  test('S0-30, S0-31 admin grant makes an admin, and for an existing user promotes and sets the new password', async () => {
    const first = await run(folder, ['admin', 'grant', 'Ada@Example.org', '--password', 'first-password-1'])
    expect([first.code, first.out]).toStrictEqual([0, 'ada@example.org is admin.\n'])
    const second = await run(folder, ['admin', 'grant', 'ada@example.org', '--password-stdin'], {
      input: 'second-password-2\n',
    })
    expect(second.code).toBe(0)
    expect(json<unknown[]>((await run(folder, ['user', 'list', '--json'])).out)).toHaveLength(1)

    const port = await freePort()
    const service = serve(folder, port)
    await service.listening
    const visit = (password: string) =>
      new Visitor(`http://127.0.0.1:${port}`).signIn('ada@example.org', password)
    expect((await visit('first-password-1')).status).toBe(401)
    expect((await visit('second-password-2')).html).toContain('Control panel')
    expect(await service.stop()).toBe(0)
  })

  test.each([
    [
      'an address that is none',
      ['admin', 'grant', 'notmail', '--password', 'long-enough-1'],
      'not an e-mail address',
    ],
    ['a password that is too short', ['admin', 'grant', 'ada@example.org', '--password', '1'], '8 to 128'],
    ['an unknown command', ['admin', 'make'], 'unknown command'],
    ['an option nobody knows', ['invite', 'list', '--colour'], 'unknown option'],
    ['a state nobody knows', ['invite', 'list', '--state', 'lost'], 'no state'],
  ])('S0-32 wrong usage, %s: exit code 2, a message, and nothing is made', async (_, args, message) => {
    const { code, err, out } = await run(folder, args)
    expect([code, err]).toStrictEqual([2, expect.stringContaining(message)])
    expect(out).toBe('')
    if (existsSync(join(folder, 'latchkey.db'))) {
      expect((await run(folder, ['user', 'list'])).out).toBe('No users.\n')
    }
  })

  test('invites are issued, listed, resent, revoked and purged; refusals have exit code 1 and their code', async () => {
    const issued = json<{ id: string; state: string }>(
      (await run(folder, ['invite', 'issue', 'bob@example.org', '--json'])).out,
    )
    expect(issued.state).toBe('open')
    expect((await run(folder, ['invite', 'list', '--state', 'open'])).out).toContain('bob@example.org')
    expect((await run(folder, ['invite', 'resend', issued.id, '--expires-in', '1d'])).code).toBe(0)
    expect((await run(folder, ['invite', 'revoke', issued.id, '--reason', 'left'])).out).toContain(
      'is revoked',
    )
    const refused = await run(folder, ['invite', 'resend', issued.id])
    expect([refused.code, refused.err]).toStrictEqual([1, expect.stringContaining('(invite_revoked)')])
    expect((await run(folder, ['invite', 'purge', '--older-than', '1s'])).code).toBe(0)
    expect((await run(folder, ['invite', 'resend', '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'])).err).toContain(
      '(invite_not_found)',
    )
  })

  test('S0-51 purging keeps, on the user, which invite they came by', async () => {
    const { id } = json<{ id: string }>(
      (await run(folder, ['invite', 'issue', 'bob@example.org', '--json'])).out,
    )
    const port = await freePort()
    const service = serve(folder, port)
    await service.listening
    await expect.poll(() => service.out(), { timeout: 8000 }).toContain('--- end')
    const link = linkIn(service.out(), '/invites/')
    const bob = new Visitor(`http://127.0.0.1:${port}`)
    await bob.submit(await bob.get(new URL(link).pathname), new URL(link).pathname)
    await service.stop()
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await run(folder, ['invite', 'purge', '--older-than', '1s'])).out).toBe('1 invites purged.\n')
    const [user] = json<{ inviteId: string | null }[]>(
      (await run(folder, ['user', 'list', '--search', 'bob', '--json'])).out,
    )
    expect(user?.inviteId).toBe(id)
  })

  test('import issues a row an invite, names what it skips, and repeated issues nothing twice', async () => {
    const file = join(folder, 'people.csv')
    writeFileSync(
      file,
      '\uFEFFname;email\nAda;ada@example.org\nBob;BOB@example.org\nBob;bob@example.org\nNobody;nobody\n',
    )
    const dry = await run(folder, ['invite', 'import', file, '--dry-run'])
    expect(dry.out).toContain('Would issue 2 of 4')
    const first = json<{ counts: Record<string, number> }>(
      (await run(folder, ['invite', 'import', file, '--json'])).out,
    )
    expect(first.counts).toStrictEqual({
      issued: 2,
      'already-open': 0,
      'already-registered': 0,
      duplicate: 1,
      invalid: 1,
      refused: 0,
    })
    const again = await run(folder, ['invite', 'import', file])
    expect(again.out).toContain('Issued 0 of 4; open already 2')
    expect((await run(folder, ['invite', 'import', 'missing.csv'])).code).toBe(2)
  })

  test('history shows what happened; the address of whoever was erased is gone from it', async () => {
    await run(folder, ['admin', 'grant', 'boss@example.org', '--password', 'long-enough-1'])
    await run(folder, ['auditor', 'grant', 'eve@example.org', '--password', 'long-enough-1'])
    expect(
      (await run(folder, ['history', 'list', '--type', 'RoleGranted'])).out.trim().split('\n'),
    ).toHaveLength(2)
    const [eve] = json<{ id: string }[]>(
      (await run(folder, ['user', 'list', '--search', 'eve', '--json'])).out,
    )
    expect((await run(folder, ['history', 'list', '--tag', 'email:eve@example.org'])).out).toContain(
      'EmailVerified',
    )
    expect((await run(folder, ['user', 'erase', eve?.id ?? ''])).code, 'erasing wants --yes').toBe(2)
    expect((await run(folder, ['user', 'erase', eve?.id ?? '', '--yes'])).code).toBe(0)
    expect((await run(folder, ['history', 'list', '--json'])).out).not.toContain('eve@')
    const boss = json<{ id: string }[]>((await run(folder, ['user', 'list', '--json'])).out)[0]
    expect((await run(folder, ['user', 'suspend', boss?.id ?? ''])).err).toContain('(last_admin)')
    expect((await run(folder, ['history', 'show', '999'])).code).toBe(2)
  })

  test('doctor finds a healthy house healthy, and a table that was tampered with not; rebuild mends it', async () => {
    await run(folder, ['invite', 'issue', 'bob@example.org'])
    const healthy = await run(folder, ['doctor'])
    expect([healthy.code, healthy.out]).toStrictEqual([
      0,
      expect.stringContaining('equal a fresh build of 1 events'),
    ])
    const db = new Database(join(folder, 'latchkey.db'))
    db.exec(`update invites set status = 'redeemed'`)
    db.close()
    const sick = await run(folder, ['doctor'])
    expect([sick.code, sick.out]).toStrictEqual([1, expect.stringContaining('invites differs')])
    expect((await run(folder, ['projections', 'rebuild', 'invites'])).out).toBe(
      'Rebuilt invites from 1 events.\n',
    )
    expect((await run(folder, ['doctor'])).code).toBe(0)
  })

  test('every command has --help, and help ends well', async () => {
    for (const args of [
      ['--help'],
      ['serve', '--help'],
      ['invite', '--help'],
      ['invite', 'issue', '--help'],
      ['--version'],
    ]) {
      expect((await run(folder, args)).code, args.join(' ')).toBe(0)
    }
  })
})

describe('serve', () => {
  test('S2-36, S2-37, S2-38, C-17 the first start makes a verified admin and prints a way in; the second makes nothing new', async () => {
    const port = await freePort()
    const first = serve(folder, port)
    await first.listening
    expect(first.out()).toContain(`Latchkey listens on http://127.0.0.1:${port}`)
    expect(first.out()).toContain(`Mailbox: http://127.0.0.1:${port}/mailbox`)
    const link = linkIn(first.out(), '/sign-in/')
    const admin = new Visitor(`http://127.0.0.1:${port}`)
    const landing = await admin.get(new URL(link).pathname)
    const home = await admin.follow(await admin.submit(landing, new URL(link).pathname))
    expect(home.html).toContain('Control panel')
    expect(await first.stop()).toBe(0)
    const second = serve(folder, port)
    await second.listening
    await second.stop()
    expect(
      json<{ email: string }[]>((await run(folder, ['user', 'list', '--json'])).out).map(
        ({ email }) => email,
      ),
    ).toStrictEqual(['admin@localhost'])
  })

  test('S2-38 the first admin’s login and password are settings; a second start resets neither', async () => {
    const port = await freePort()
    const env = { ADMIN_EMAIL: 'chief@example.org', ADMIN_PASSWORD: 'from-the-settings' }
    const service = serve(folder, port, env)
    await service.listening
    expect(service.out()).toContain('Sign in as chief@example.org.')
    const visitor = new Visitor(`http://127.0.0.1:${port}`)
    expect((await visitor.signIn('chief@example.org', 'from-the-settings')).html).toContain('Control panel')
    await service.stop()
    const again = serve(folder, port, { ...env, ADMIN_PASSWORD: 'another-password' })
    await again.listening
    expect(
      (await new Visitor(`http://127.0.0.1:${port}`).signIn('chief@example.org', 'another-password')).status,
    ).toBe(401)
    await again.stop()
  })

  test('S0-36, S0-42 mails are printed on standard output as blocks; a command beside the service is enough to send one', async () => {
    const port = await freePort()
    const service = serve(folder, port, { HOST: '127.0.0.1' })
    await service.listening
    await run(folder, ['invite', 'issue', 'bob@example.org'])
    await expect.poll(() => service.out(), { timeout: 8000 }).toContain('--- end')
    expect(service.out()).toMatch(
      /--- mail [0-9A-Z]{26}\nTo: bob@example\.org\nSubject: You are invited\n\n[\s\S]*\nhttp:\/\/127\.0\.0\.1:\d+\/invites\/\S+\n[\s\S]*--- end\n/,
    )
    expect(service.err()).not.toContain('/invites/')
    await service.stop()
  })

  test('a port in use, a wrong setting, a file that is no database: one clear message, exit code 1, nothing changed', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    const address = await new Promise<{ port: number }>((resolve) =>
      taken.on('listening', () => resolve(taken.address() as { port: number })),
    )
    const busy = await run(folder, ['serve'], { env: { PORT: String(address.port) } })
    expect([busy.code, busy.err]).toStrictEqual([1, expect.stringContaining('is in use')])
    taken.close()

    const wrong = await run(folder, ['serve'], { env: { PORT: 'many', INVITE_TTL: 'soon' } })
    expect([wrong.code, wrong.err]).toStrictEqual([1, expect.stringMatching(/PORT:.*\n.*INVITE_TTL:/)])

    mkdirSync(join(folder, 'other'))
    writeFileSync(
      join(folder, 'other', 'text.db'),
      'no database at all, just some text that goes on for a while. '.repeat(30),
    )
    const text = readFileSync(join(folder, 'other', 'text.db'))
    const none = await run(folder, ['serve'], {
      env: { DATABASE_URL: `sqlite:${join(folder, 'other', 'text.db')}` },
    })
    expect([none.code, none.err]).toStrictEqual([1, expect.stringContaining('is not a SQLite database')])
    expect(readFileSync(join(folder, 'other', 'text.db'))).toStrictEqual(text)
    for (const { err } of [busy, wrong, none]) expect(err).not.toContain('    at ')
  })

  test('S0-45 in production errors also go to a file of their own', async () => {
    const port = await freePort()
    const env = {
      PROFILE: 'production',
      HASH_COST: '12',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      MAIL_URL: 'smtp://127.0.0.1:9',
      LOG_FILE: join(folder, 'logs', 'errors.log'),
    }
    await run(folder, ['invite', 'issue', 'bob@example.org'])
    const service = serve(folder, port, env)
    await service.listening
    const logged = () => {
      const name = ['errors.1.log', 'errors.log.1', 'errors.log'].find((one) =>
        existsSync(join(folder, 'logs', one)),
      )
      return name === undefined ? '' : readFileSync(join(folder, 'logs', name), 'utf8')
    }
    await expect.poll(logged, { timeout: 8000 }).toContain('mail not sent')
    expect(logged()).not.toContain('bob@')
    await service.stop()
  })

  test('S4-29 it says that it lives and is ready, and a signal ends it cleanly', async () => {
    const port = await freePort()
    const service = serve(folder, port)
    await service.listening
    for (const path of ['/livez', '/readyz']) {
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200)
    }
    expect(await service.stop('SIGINT')).toBe(130)
  })
})
