import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environmentIn, serve } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'

// Every ```sh block of our pages is run as it stands, beside a service in a folder of its own; only the address is
// that of this service. A block that cannot be run here says why, in a comment right above it: <!-- not run: reason -->

const root = join(import.meta.dirname, '../..')
const pages = globSync(['*.md', 'docs/**/*.md', '{bench,client,examples}/*.md'], { cwd: root }).toSorted()
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

type Block = { readonly page: string; readonly text: string; readonly reason: string | null }
const blocksOf = (page: string): readonly Block[] =>
  [...textOf(page).matchAll(/(?:<!-- not run: (.*?) -->\n)?```sh\n([\s\S]*?)```/g)].map(
    ([, reason, text = '']) => ({ page, text, reason: reason ?? null }),
  )
const blocks = pages.flatMap(blocksOf)

const ADMIN = { email: 'admin@localhost', password: 'correct-horse-battery' }
let folder: string
let remove: () => void
let port: number
let service: ReturnType<typeof serve>
let token: string

const settings = () => ({
  SECRET_FILE: join(folder, 'data/secret'),
  ADMIN_PASSWORD: ADMIN.password,
  THROTTLE: 'off',
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
})

beforeAll(async () => {
  ;({ folder, remove } = temporaryFolder())
  port = await freePort()
  const bin = join(folder, 'bin')
  for (const one of [bin, join(folder, 'data')]) mkdirSync(one)
  const main = join(root, 'src/main.ts')
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1" = latchkey ] || exit 99\nshift\nexec "${process.execPath}" "${main}" "$@"\n`,
  )
  chmodSync(join(bin, 'npx'), 0o755)
  service = serve(folder, port, settings())
  await service.listening
  const signedIn = await fetch(`http://127.0.0.1:${port}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  token = ((await signedIn.json()) as { accessToken: string }).accessToken
})
afterAll(async () => {
  await service.stop()
  remove()
})

const runBlock = (text: string) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const env = environmentIn(folder, settings())
    const child = spawn('sh', ['-eu', '-c', text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)], {
      cwd: folder,
      // What a reader has at hand: the answers of the calls before.
      env: {
        ...env,
        PATH: `${join(folder, 'bin')}:${env['PATH'] ?? ''}`,
        token,
        id: '01J9Z3V5Q2W9X7T4R6Y1M0ABCD',
        registrationToken: 'shown-at-registration',
      },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
    child.on('close', (code) => resolve({ code, said }))
  })

describe('the commands of the docs', () => {
  test('there are some, in README and in the operations guide', () => {
    expect(blocks.filter(({ page }) => page === 'README.md').length).toBeGreaterThan(2)
    expect(blocks.filter(({ page }) => page.startsWith('docs/operations/')).length).toBeGreaterThan(10)
  })

  test('stand in blocks that say so, and every script they name is there', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    for (const page of pages) {
      const text = textOf(page)
      const unsaid = [...text.matchAll(/^\s*```(\w*)\n([\s\S]*?)```/gm)].filter(
        ([, kind, block = '']) => kind === '' && /^\s*(?:npm|npx|latchkey|make|curl|git) /m.test(block),
      )
      expect(unsaid, page).toStrictEqual([])
      for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g))
        expect(scripts, page).toHaveProperty([name])
    }
  })

  test('what is not run says why', () => {
    const reasons = blocks.flatMap(({ reason }) => (reason === null ? [] : [reason]))
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(10)
    expect(reasons.length).toBeLessThan(blocks.length / 2)
  })

  test.each(
    blocks
      .filter(({ reason }) => reason === null)
      .map((one) => [one.page, one.text.trim().split('\n')[0], one.text]),
  )('%s: %s', async (_, __, text) => {
    const { code, said } = await runBlock(text)
    expect(code, said).toBe(0)
  })
})
