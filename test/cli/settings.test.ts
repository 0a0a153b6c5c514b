import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../support/cli.ts'
import { temporaryFolder } from '../support/house.ts'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const setting = (...words: string[]) => run(folder, ['setting', ...words])

describe('latchkey setting', () => {
  test('lists what is in force, sets it, and leaves it to the environment again', async () => {
    expect((await setting('list')).out).toMatch(/^registration\.mode\s+built-in\s+open\n/)
    expect((await setting('set', 'registration.mode', 'invite')).out).toBe(
      'registration.mode is invite now.\n',
    )
    const listed = JSON.parse((await setting('list', '--json')).out) as { name: string }[]
    expect(listed[0]).toStrictEqual({ name: 'registration.mode', value: 'invite', source: 'history' })
    expect((await setting('reset', 'registration.mode')).out).toBe('registration.mode is open now.\n')
  })

  test('says why a value is refused, and what would do', async () => {
    const { code, err } = await setting('set', 'mail.invite.en.lead', 'Dear {name}')
    expect(code).toBe(1)
    expect(err).toContain('placeholder_unknown {name}; {service}, {login}, {until}')
    expect((await setting('set', 'no.such.setting', 'x')).code).toBe(2)
  })

  test('does not change what the environment has pinned', async () => {
    const env = { PINNED_SETTINGS: 'registration.mode', REGISTRATION: 'referral' }
    const refused = await run(folder, ['setting', 'set', 'registration.mode', 'open'], { env })
    expect([refused.code, refused.err]).toStrictEqual([1, expect.stringContaining('setting_pinned')])
    expect((await run(folder, ['setting', 'list'], { env })).out).toMatch(
      /^registration\.mode\s+pinned\s+referral\n/,
    )
  })
})
