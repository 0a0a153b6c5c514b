import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSettings } from '../src/config.ts'
import { freePort, temporaryFolder } from './support/house.ts'

// There is no container engine here. What can be shown without one is: every step of the Dockerfile in folders of its
// own, the processes that compose would start from them with the settings it would give them, and that they wait, work
// and stop as the files say.

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

type Service = {
  readonly command: readonly string[]
  readonly environment?: Record<string, string>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly read_only?: boolean
  readonly restart?: string
  readonly depends_on?: Record<string, { condition: string }>
  readonly healthcheck?: { test?: readonly string[]; disable?: boolean }
}
const compose = (file: string) =>
  parse(read(file), {
    merge: true,
    customTags: [{ tag: '!override', collection: 'seq' }],
  }) as { services: Record<string, Service> }

const dockerfile = read('Dockerfile').replaceAll(/\\\n\s*/g, '')
const steps = (stage: number) =>
  dockerfile
    .split(/^FROM .*$/m)
    [stage]?.trim()
    .split('\n') ?? []
const healthcheck = JSON.parse(/^HEALTHCHECK .*? CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]

const make = (...args: string[]) => execFileSync('make', args, { cwd: root, encoding: 'utf8' })
const hasMake = spawnSync('make', ['--version']).status === 0
if (!hasMake) console.warn('The tests of the Makefile are skipped: there is no make.')

describe('the compose files', () => {
  const production = compose('compose.yaml').services
  const local = compose('compose.local.yaml').services

  test('S2-43 start pages and API, runners and mail server each by one command', () =>
    expect([
      production['web']?.command,
      production['work']?.command,
      local['mailbox']?.command,
    ]).toStrictEqual([['serve', '--no-workers'], ['work'], ['mailbox', '--host', '0.0.0.0']]))

  test('S2-45 what is needed is waited for by its health: the runners for the web, which migrates; that for the mail server', () => {
    expect(production['work']?.depends_on).toStrictEqual({ web: { condition: 'service_healthy' } })
    expect(local['work']?.depends_on).toMatchObject({ web: { condition: 'service_healthy' } })
    expect(local['web']?.depends_on).toStrictEqual({ mailbox: { condition: 'service_healthy' } })
    expect(local['mailbox']?.healthcheck?.test?.[0]).toBe('CMD')
    expect(production['web']?.healthcheck).toBeUndefined() // the image's own
  })

  test('nothing is open to other machines, and nothing can be written but the data', () => {
    const all = [...Object.values(production), ...Object.values(local)]
    const ports = all.flatMap(({ ports: some = [] }) => some)
    expect(ports).toHaveLength(3) // the proxy, and both sides of the mailbox
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    for (const { volumes = [] } of Object.values(production))
      for (const volume of volumes) expect(volume).toMatch(/^data:|:ro$/)
    for (const { read_only } of [production['web'], production['work'], local['mailbox']].flatMap(
      (one) => one ?? [],
    ))
      expect(read_only).toBe(true)
  })

  test('S1-45 a proxy stands in front on port 8000, and what ends is started again', () => {
    const { gateway, ...ours } = production
    expect(gateway?.ports).toStrictEqual(['127.0.0.1:8000:8000'])
    expect(gateway?.depends_on).toStrictEqual({ web: { condition: 'service_healthy' } })
    for (const { restart } of Object.values(production)) expect(restart).toBe('unless-stopped')
    for (const { environment } of Object.values(ours)) expect(environment?.['TRUST_PROXY']).toBe('1')
    const nginx = read('deploy/nginx.conf')
    expect(nginx).toMatch(/listen 8000;/)
    expect(nginx).toMatch(/proxy_pass http:\/\/web:3000;/)
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/) // what a client forged is dropped
  })

  test('no mailbox is part of the production set', () =>
    expect(Object.keys(production)).toStrictEqual(['web', 'work', 'gateway']))
})

describe('several nodes', () => {
  const nodes = compose('compose.postgres.yaml').services
  const nginx = read('deploy/nginx-nodes.conf')

  test('share one database, whose password is said by nobody but .env.production', () => {
    for (const name of ['web', 'web2', 'work'])
      expect(nodes[name]?.environment?.['DATABASE_URL']).toBe(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose fills it in
        'postgres://latchkey:${PGPASSWORD}@postgres:5432/latchkey',
      )
    expect(read('compose.postgres.yaml')).not.toMatch(/PASSWORD: [^$]/)
  })

  test('one migrates, the others wait for it; the proxy knows both and sends no begun request twice', () => {
    expect(nodes['web']?.depends_on).toStrictEqual({ postgres: { condition: 'service_healthy' } })
    for (const name of ['web2', 'work'])
      expect(nodes[name]?.depends_on).toMatchObject({ web: { condition: 'service_healthy' } })
    expect([...nginx.matchAll(/^ {2}server (\w+):3000/gm)].map(([, name]) => name)).toStrictEqual([
      'web',
      'web2',
    ])
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/)
    expect(nginx).not.toMatch(/non_idempotent/)
  })

  test('no proxy hands the meters out', () => {
    for (const file of ['deploy/nginx.conf', 'deploy/nginx-nodes.conf'])
      expect(read(file), file).toMatch(/location = \/metrics \{ return 404; \}/)
  })
})

describe('the shape of the compose files', () => {
  // The schema of the Compose Specification (Apache-2.0), as it stands in its repository.
  const { $schema: _, ...schema } = JSON.parse(read('test/fixtures/compose-spec.json')) as Record<
    string,
    unknown
  >
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)

  test.each([['compose.yaml'], ['compose.local.yaml'], ['compose.postgres.yaml']])('%s is valid', (file) => {
    validate(compose(file))
    expect(validate.errors).toBeNull()
  })

  test('and what is not would be seen', () =>
    expect(validate({ services: { web: { comand: ['serve'] } } })).toBe(false))
})

describe('the Dockerfile', () => {
  test('runs as nobody in particular, checks its own health, and has no secret in it', () => {
    const last = steps(2)
    expect(last.indexOf('USER node')).toBeGreaterThan(
      last.findIndex((step) => step.startsWith('RUN mkdir /data')),
    )
    expect(last.at(-1)).toBe('CMD ["serve"]')
    expect(healthcheck[0]).toBe('node')
    expect(dockerfile).not.toMatch(/SECRET|PASSWORD/)
  })

  test('W-16, W-36 neither secrets nor data can get into an image', () => {
    const ignored = read('.dockerignore').split('\n')
    for (const one of ['data', '.env*', '.git', '**/node_modules']) expect(ignored).toContain(one)
  })
})

describe.skipIf(!hasMake)('the Makefile', () => {
  test('S4-18, S4-19, S4-20 builds, starts and stops the production and the local set', () => {
    const local = 'docker compose -f compose.yaml -f compose.local.yaml'
    const said = (target: string) => make('-n', target).trim().split('\n').at(-1)
    expect(said('up')).toBe('docker compose up --build --detach --wait')
    expect(said('down')).toBe('docker compose down')
    expect(said('build')).toBe('docker compose build --pull')
    expect(said('up_local_compose')).toBe(`${local} up --build --detach --wait`)
    expect(said('down_local_compose')).toBe(`${local} down`)
    const nodes = 'docker compose --env-file .env.production -f compose.yaml -f compose.postgres.yaml'
    expect(said('up_nodes')).toBe(`${nodes} up --build --detach --wait`)
    expect(said('down_nodes')).toBe(`${nodes} down`)
    expect(said('build_local_compose')).toBe(`${local} build --pull`)
  })

  test('S4-21, S4-23 runs the API locally and the tests by one command each', () =>
    expect([make('-n', 'api').trim(), make('-n', 'test').trim()]).toStrictEqual(['npm start', 'npm test']))

  test('the first `make up` makes a root secret that only its owner can read, and settings that production takes', () => {
    const { folder, remove } = temporaryFolder()
    try {
      cpSync(join(root, 'Makefile'), join(folder, 'Makefile'))
      execFileSync('make', ['.env.production'], { cwd: folder })
      const file = join(folder, '.env.production')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const lines = readFileSync(file, 'utf8').trim().split('\n')
      const given = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
      expect(readSettings({ ...given, PROFILE: 'production' })).toMatchObject({ createSecret: false })
    } finally {
      remove()
    }
  })
})

describe('what the image holds', () => {
  let folder: string
  let remove: () => void
  let image: string
  const children: ChildProcess[] = []

  const copy = (from: string, sources: readonly string[], to: string, target: string) => {
    for (const source of sources) {
      if (source === '.') copyContext(to)
      else cpSync(join(from, source), join(to, target.endsWith('/') ? source : target), { recursive: true })
    }
  }
  /** The first stage's packages are those of this checkout; the second's are put together as in the image. */
  const runNpm = (command: string, to: string) => {
    if (command === 'npm ci') return symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'))
    const quick = command.startsWith('npm ci') ? ' --prefer-offline --no-audit --no-fund' : ''
    execFileSync('sh', ['-c', `${command}${quick}`], { cwd: to, stdio: 'pipe' })
  }
  /** The steps of a stage: copied from here (or from the stage before), run there. */
  const runStage = (stage: number, to: string, before: string) => {
    mkdirSync(to)
    for (const step of steps(stage)) {
      const [word = '', ...rest] = step.split(' ')
      const isLater = rest[0]?.startsWith('--from=') ?? false
      if (word === 'COPY') {
        const sources = rest.slice(isLater ? 1 : 0, -1).map((source) => source.replace('/app/', ''))
        copy(isLater ? before : root, sources, to, rest.at(-1) ?? '')
      }
      if (word === 'RUN' && rest[0] === 'npm') runNpm(rest.join(' '), to)
    }
  }
  const copyContext = (to: string) => {
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    })
    for (const file of files.trim().split('\n')) {
      if (!existsSync(join(root, file)) || file === 'node_modules') continue
      mkdirSync(dirname(join(to, file)), { recursive: true })
      cpSync(join(root, file), join(to, file))
    }
  }

  beforeAll(() => {
    ;({ folder, remove } = temporaryFolder())
    image = join(folder, 'image')
    runStage(1, join(folder, 'build'), root)
    runStage(2, image, join(folder, 'build'))
  }, 120_000)
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    remove()
  })

  const start = (command: readonly string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, [join(image, 'bin/latchkey.mjs'), ...command], {
      cwd: image,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, NODE_ENV: 'production', ...env },
      stdio: 'ignore',
    })
    children.push(child)
    return { child, ended: new Promise<number | null>((resolve) => child.on('exit', resolve)) }
  }
  const isHealthy = (port: number): boolean =>
    spawnSync(process.execPath, healthcheck.slice(1), { env: { PORT: String(port) } }).status === 0

  test('S1-42, S4-17, S2-33, S2-44, S2-45, W-1, W-2, S4-28 its three processes start, become healthy on an empty volume, mail and forget', async () => {
    const [web, smtp, mailbox] = [await freePort(), await freePort(), await freePort()]
    const address = `http://127.0.0.1:${web}`
    const mails = `http://127.0.0.1:${mailbox}/api/v1/mailbox?email=ada@example.org`
    const env = {
      DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      PORT: String(web),
      PUBLIC_URL: address,
      MAIL_URL: `smtp://127.0.0.1:${smtp}`,
      UNVERIFIED_TTL: '3s',
      LOG_LEVEL: 'error',
    }
    expect(isHealthy(web)).toBe(false)
    const sink = start(['mailbox', '--smtp-port', String(smtp), '--port', String(mailbox)], {})
    const pages = start(['serve', '--no-workers'], env)
    await expect.poll(() => isHealthy(web), { timeout: 20_000, interval: 250 }).toBe(true)
    const runners = start(['work'], env)

    expect((await fetch(`${address}/docs/api`)).status).toBe(200)
    const register = () =>
      fetch(`${address}/api/v1/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ada@example.org', password: 'a quiet place to sit' }),
      })
    const registered = (await (await register()).json()) as { accessToken: string }
    const mailed = async () =>
      ((await (await fetch(mails)).json()) as { items: { subject: string }[] }).items.length
    await expect.poll(mailed, { timeout: 15_000, interval: 200 }).toBe(1)
    const me = () =>
      fetch(`${address}/api/v1/me`, { headers: { authorization: `Bearer ${registered.accessToken}` } })
    expect((await me()).status).toBe(200)

    // Whoever does not confirm in time is forgotten, also by runners that started only after that time.
    runners.child.kill('SIGTERM')
    expect(await runners.ended).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const later = start(['work'], env)
    await expect.poll(async () => (await me()).status, { timeout: 15_000, interval: 250 }).toBe(401)
    expect((await register()).status).toBe(201)

    for (const { child } of [later, pages, sink]) child.kill('SIGTERM')
    expect(await Promise.all([later.ended, pages.ended, sink.ended])).toStrictEqual([0, 0, 0])
  }, 90_000)
})
