import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../support/cli.ts'
import { temporaryFolder } from '../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const json = <T>(text: string): T => JSON.parse(text) as T
const URI = 'https://app.example/callback'
const add = (...more: string[]) =>
  run(folder, ['client', 'add', 'Example App', '--redirect-uri', URI, ...more])

describe('latchkey client', () => {
  test('adds an application and shows its secret this once; lists, shows and removes it', async () => {
    const added = await add('--json')
    const { id, clientSecret } = json<{ id: string; clientSecret: string }>(added.out)
    expect([added.code, clientSecret.length]).toStrictEqual([0, 88])

    const listed = await run(folder, ['client', 'list'])
    expect(listed.out).toBe(`${id}  confidential  Example App  ${URI}\n`)
    const shown = await run(folder, ['client', 'show', id, '--json'])
    expect(json(shown.out)).toMatchObject({ id, name: 'Example App', registeredBy: 'operator' })
    for (const { out } of [listed, shown]) expect(out).not.toContain(clientSecret)

    expect((await run(folder, ['client', 'remove', id])).out).toBe(`Client ${id} is removed.\n`)
    expect((await run(folder, ['client', 'list'])).out).toBe('No clients.\n')
    const gone = await run(folder, ['client', 'show', id])
    expect([gone.code, gone.err]).toStrictEqual([1, expect.stringContaining('client_not_found')])
  })

  test('adds a public one without a secret, with several redirect URIs', async () => {
    const { out } = await add('--redirect-uri', 'http://localhost:3000/', '--public')
    expect(out).toMatch(/^Client \w{26} is registered with http:\/\/127\.0\.0\.1:3000\/oidc\.\n$/)
    expect((await run(folder, ['client', 'list'])).out).toContain(`${URI} http://localhost:3000/`)
  })

  test('refuses what is no redirect URI with 1, and wrong words with 2', async () => {
    const refused = await add('--redirect-uri', 'http://app.example/')
    expect([refused.code, refused.err]).toStrictEqual([1, expect.stringContaining('redirect_uri_invalid')])
    expect((await run(folder, ['client', 'add', 'Example App'])).code).toBe(2)
    expect((await run(folder, ['client', 'add', ' ', '--redirect-uri', URI])).code).toBe(2)
  })
})
