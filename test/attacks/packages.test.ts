import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/house.ts'

type Lock = {
  packages: Record<string, { version?: string; license?: string; integrity?: string; resolved?: string }>
}

const root = join(import.meta.dirname, '../..')
const audit = (folder: string) => {
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts/audit.mjs'), '--offline'], {
    encoding: 'utf8',
  })
  return [status, stderr.trim()]
}

/** What the audit says of a lock file into which something has come. */
const after = (change: (lock: Lock) => void) => {
  const { folder, remove } = temporaryFolder()
  for (const name of ['scripts', 'docs']) mkdirSync(join(folder, name))
  for (const file of ['scripts/audit.mjs', 'docs/packages.txt'])
    copyFileSync(join(root, file), join(folder, file))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  change(lock)
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const said = audit(folder)
  remove()
  return said
}
const koa = ({ packages }: Lock) => packages['node_modules/koa'] ?? {}
const pinned = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' }

test('T45: what is shipped of others is listed, licensed and pinned; otherwise: npm run audit -- --write', () => {
  expect(audit(root)).toStrictEqual([0, ''])
})

test('T45: a package that nobody has listed, or another version of one, is named', () => {
  const newcomer = after(({ packages }) => {
    packages['node_modules/koa/node_modules/left-pad'] = pinned
  })
  expect(newcomer).toStrictEqual([1, 'not in docs/packages.txt: left-pad@1.0.0 MIT'])
  const { version } = koa(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock)
  const newer = after((lock) => Object.assign(koa(lock), { version: '99.0.0' }))
  expect(newer).toStrictEqual([
    1,
    `not in docs/packages.txt: koa@99.0.0 MIT\nonly in docs/packages.txt: koa@${version} MIT`,
  ])
})

test('T45: a licence that asks for more, bytes that are not pinned, and another source are named', () => {
  const [status, said] = after((lock) => Object.assign(koa(lock), { license: 'AGPL-3.0' }))
  expect([status, String(said).split('\n').at(-1)]).toStrictEqual([
    1,
    'licence not on the list: koa (AGPL-3.0)',
  ])
  for (const change of [{ integrity: 'sha1-x' }, { resolved: 'https://evil.example/koa.tgz' }])
    expect(after((lock) => Object.assign(koa(lock), change))).toStrictEqual([
      1,
      'from elsewhere than the registry, or not pinned by SHA-512: koa',
    ])
})
