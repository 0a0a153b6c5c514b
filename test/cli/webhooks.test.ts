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
const URL = 'https://app.example/hooks'

describe('latchkey webhook', () => {
  test('adds a webhook and shows its secret this once; lists, shows, replays and removes it', async () => {
    const added = await run(folder, ['webhook', 'add', URL, '--type', 'UserErased', '--json'])
    const { id, secret } = json<{ id: string; secret: string }>(added.out)
    expect([added.code, /^whsec_.{44}$/.test(secret)]).toStrictEqual([0, true])

    const listed = await run(folder, ['webhook', 'list'])
    expect(listed.out).toBe(`${id}  active  ${URL}  UserErased\n`)
    const shown = await run(folder, ['webhook', 'show', id, '--json'])
    expect(json(shown.out)).toMatchObject({ id, url: URL, registeredBy: 'operator', deliveries: [] })
    for (const { out } of [listed, shown]) expect(out).not.toContain('whsec_')

    const replayed = await run(folder, ['webhook', 'replay', id, '--from', '1'])
    expect(replayed.out).toBe(`Webhook ${id} is told again of everything from position 1 on.\n`)
    const unknown = await run(folder, ['webhook', 'replay', id, '--delivery', id])
    expect([unknown.code, unknown.err]).toStrictEqual([1, expect.stringContaining('delivery_not_found')])

    expect((await run(folder, ['webhook', 'remove', id])).out).toBe(`Webhook ${id} is removed.\n`)
    expect((await run(folder, ['webhook', 'list'])).out).toBe('No webhooks.\n')
    expect((await run(folder, ['webhook', 'show', id])).code).toBe(1)
  })

  test('refuses what cannot be sent to with 1, and wrong words with 2', async () => {
    const refused = await run(folder, ['webhook', 'add', 'http://app.example/'])
    expect([refused.code, refused.err]).toStrictEqual([1, expect.stringContaining('webhook_url_unfit')])
    expect((await run(folder, ['webhook', 'add', URL, '--type', 'InviteEaten'])).code).toBe(2)
    expect((await run(folder, ['webhook', 'replay', 'x'])).code).toBe(2)
  })
})
