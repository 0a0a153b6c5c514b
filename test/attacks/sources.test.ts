import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sources = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => [file, readFileSync(join(root, file), 'utf8')] as const)

/** Where only a wait is spread by chance. */
const DICE = [
  'src/infrastructure/database/postgres-work.ts',
  'src/infrastructure/event-store/sqlite-store.ts',
]

/** The files in which something stands that must not. */
const having = (files: string, wrong: RegExp): string[] =>
  sources(files).flatMap(([file, text]) => (wrong.test(text) ? [file] : []))

test('no code is made from text, and no other program is started by the service', () => {
  expect(having('src/**/*.ts', /\beval\(|new Function\(|\bvm\b['"]/)).toStrictEqual([])
  expect(having('src/**/*.ts', /child_process/)).toStrictEqual([])
})

test('nothing weak: no old hash, no cipher but AES-256-GCM, no randomness that can be guessed', () => {
  expect(having('src/**/*.ts', /['"](?:md5|sha1|des|rc4|aes-\d+-(?:ecb|cbc|ctr))\b/i)).toStrictEqual([])
  expect(having('src/**/*.ts', /Math\.random\(/).toSorted()).toStrictEqual(DICE)
})

test('the browser is given text as text, keeps nothing for later, and takes no messages from other windows', () => {
  expect(
    having(
      'src/http/public/**/*.{js,ts}',
      /(?:innerHTML|outerHTML)\s*\+?=(?!=)|insertAdjacentHTML|document\.write|localStorage|sessionStorage|indexedDB|postMessage|window\.(?:onmessage|addEventListener\(['"]message)/,
    ),
  ).toStrictEqual([])
})

test('no hints and questions beside a password', () => {
  expect(having('src/http/views/*.hbs', /secret question|security question|password hint/i)).toStrictEqual([])
})
