import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { environmentIn, run, serve } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'
import { linkIn, Visitor } from '../support/visitor.ts'
import { PASSWORD } from './registering.ts'

const root = join(import.meta.dirname, '../..')
const start = promisify(execFile)

let folder: string
let remove: () => void
let services: ReturnType<typeof serve>[]
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

test('S4-21, S4-22 one command runs the service; with the sample file copied to .env it runs unchanged', async () => {
  copyFileSync(join(root, '.env.example'), join(folder, '.env'))
  const port = await freePort()
  const service = started(folder, port, { HOST: '127.0.0.1', PUBLIC_URL: `http://127.0.0.1:${port}` })
  await service.listening
  expect(service.out()).toContain(`Latchkey listens on http://127.0.0.1:${port}\n`)
  const admin = new Visitor(`http://127.0.0.1:${port}`)
  const { pathname } = new URL(linkIn(service.out(), '/sign-in/'))
  expect((await admin.follow(await admin.submit(await admin.get(pathname), pathname))).html).toContain(
    'Control panel',
  )
  expect(await service.stop()).toBe(0)
})

test('S4-24, S4-27 a new migration is a numbered pair of stubs, and can be applied and undone as it is', async () => {
  for (const part of ['src', 'migrations', 'scripts', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const node = (...args: string[]) =>
    start(process.execPath, args, { cwd: folder, env: environmentIn(folder) }).then(({ stdout }) => stdout)
  const made = (await node('scripts/migration-new.mjs', 'add_colours')).trim().split('\n')
  expect(made).toStrictEqual(
    made.map((_, n) =>
      expect.stringMatching(n % 2 === 0 ? /add_colours\.up\.sql$/ : /add_colours\.down\.sql$/),
    ),
  )
  const [number] = /\d{4}/.exec(made[0] ?? '') ?? ['']
  const previous = String(Number(number) - 1).padStart(4, '0')
  for (const file of made) {
    expect(file).toContain(`/${number}_`)
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^-- .+\n$/)
  }
  expect(await node('src/main.ts', 'migrate', 'up')).toContain(`applied ${Number(number)} add_colours\n`)
  expect(await node('src/main.ts', 'migrate', 'down', '--to', previous)).toBe(
    `undone ${Number(number)} add_colours\n`,
  )
  await expect(node('scripts/migration-new.mjs', '../../elsewhere')).rejects.toThrow(
    'Usage: npm run migration:new',
  )
  expect(existsSync(join(folder, 'migrations/sqlite', `${Number(number) + 1}`.padStart(4, '0')))).toBe(false)
})

test('S4-49 a command makes an admin, who signs in at once', async () => {
  const grant = (password: string) =>
    run(folder, ['admin', 'grant', 'boss.s449@example.org', '--password-stdin'], { input: `${password}\n` })
  expect([(await grant('1')).code, (await grant(PASSWORD)).code]).toStrictEqual([2, 0])
  const port = await freePort()
  const service = started(folder, port)
  await service.listening
  const boss = new Visitor(`http://127.0.0.1:${port}`)
  expect((await boss.signIn('boss.s449@example.org', PASSWORD)).html).toContain('Control panel')
  await service.stop()
})
