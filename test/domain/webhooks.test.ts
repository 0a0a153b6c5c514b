import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { changeWebhook } from '../../src/domain/webhooks/change-webhook.ts'
import { disableWebhook } from '../../src/domain/webhooks/disable-webhook.ts'
import { pauseWebhook } from '../../src/domain/webhooks/pause-webhook.ts'
import { registerWebhook } from '../../src/domain/webhooks/register-webhook.ts'
import { removeWebhook } from '../../src/domain/webhooks/remove-webhook.ts'
import { resumeWebhook } from '../../src/domain/webhooks/resume-webhook.ts'
import { rewindWebhook } from '../../src/domain/webhooks/rewind-webhook.ts'
import { rotateWebhookSecret } from '../../src/domain/webhooks/rotate-webhook-secret.ts'
import { webhook } from '../../src/domain/webhooks/webhook.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, WEBHOOK, WEBHOOK_SECRET, NEXT_WEBHOOK_SECRET } = cast
const { WEBHOOK_URL, OTHER_WEBHOOK_URL } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const
const BY_SYSTEM = { actor: 'system' } as const
const admin = cast.admin(ADA, ADA_ADDRESS)
const auditor = [...cast.member(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor')]
const one = { webhookId: WEBHOOK }

const registration = {
  ...one,
  secretId: WEBHOOK_SECRET,
  url: WEBHOOK_URL,
  description: 'The directory',
  types: ['InviteRedeemed' as const],
  isAtHome: false,
}

describe('RegisterWebhook', () => {
  test('an admin registers a webhook', () =>
    given(...admin)
      .when(registerWebhook, registration, BY_ADA)
      .then(cast.webhookRegistered()))
  test('for everything, and with nothing to say about it', () =>
    given()
      .when(registerWebhook, { ...registration, types: [], description: '' })
      .then(cast.webhookRegistered({ types: [], description: null })))
  test('types stand in the order of the catalogue, each once', () =>
    given()
      .when(registerWebhook, { ...registration, types: ['UserErased', 'InviteRedeemed', 'UserErased'] })
      .then(cast.webhookRegistered({ types: ['InviteRedeemed', 'UserErased'] })))
  test('nobody else does, an auditor no more than a member', () =>
    given(...auditor)
      .when(registerWebhook, registration, BY_BEN)
      .thenRefused('not_allowed'))
  test.each([
    ['registering it again', []],
    ['registering one that was removed', [cast.webhookRemoved]],
  ])('%s changes nothing', (_, more) =>
    given(cast.webhookRegistered(), ...more)
      .when(registerWebhook, registration)
      .thenNothing(),
  )

  test.each([
    'https://app.example',
    'https://app.example/hooks/of/mine',
    'https://app.example:8443/hooks',
    'https://93.184.215.14/hooks',
  ])('T42 %s can be sent to', (url) =>
    given()
      .when(registerWebhook, { ...registration, url })
      .then(cast.webhookRegistered({ url })),
  )
  test.each([
    ['in the clear', 'http://app.example/hooks'],
    ['of this machine', 'https://localhost/hooks'],
    ['of this machine in the clear', 'http://127.0.0.1:8080/hooks'],
    ['with a query', 'https://app.example/hooks?key=1'],
    ['with an empty query', 'https://app.example/hooks?'],
    ['with a fragment', 'https://app.example/hooks#'],
    ['with a user', 'https://somebody@app.example/hooks'],
    ['with a password alone', 'https://:correct-horse@app.example/hooks'],
    ['with a wildcard', 'https://app.example/*'],
    ['with a space', 'https://app.example/a b'],
    ['of another scheme', 'ftp://app.example/hooks'],
    ['whose machine is written as a number', 'https://2130706433/'],
    ['whose machine is written in octal', 'https://0177.0.0.1/'],
    ['in capitals', 'https://APP.example/hooks'],
    ['with dots that lead elsewhere', 'https://app.example/a/../hooks'],
    ['that is none', 'hooks'],
  ])('T42 an address %s cannot', (_, url) =>
    given()
      .when(registerWebhook, { ...registration, url })
      .thenRefused('webhook_url_unfit'),
  )
  test.each(['http://127.0.0.1:8080/hooks', 'http://localhost:8080/hooks', 'http://[::1]:8080/hooks'])(
    'T42 %s can where the service is at home on its own machine',
    (url) =>
      given()
        .when(registerWebhook, { ...registration, url, isAtHome: true })
        .then(cast.webhookRegistered({ url })),
  )
  test.each(['http://192.168.0.1/', 'ftp://localhost/hooks'])('T42 but %s cannot, not even there', (url) =>
    given()
      .when(registerWebhook, { ...registration, url, isAtHome: true })
      .thenRefused('webhook_url_unfit'),
  )
  test('T42 over TLS its own machine is a machine like any other to it', () =>
    given()
      .when(registerWebhook, { ...registration, url: 'https://localhost/hooks', isAtHome: true })
      .then(cast.webhookRegistered({ url: 'https://localhost/hooks' })))

  test.each([
    ['a type that there is not', { types: ['InviteEaten'] }],
    ['a description of two lines', { description: 'one\ntwo' }],
    ['a secret of its own', { secret: 'whsec_x' }],
    ['an address of 501 letters', { url: `https://app.example/${'x'.repeat(481)}` }],
    ['a description of 201 letters', { description: 'x'.repeat(201) }],
  ])('a wish with %s is no wish', (_, wrong) =>
    expect(registerWebhook.schema.safeParse({ ...registration, ...wrong }).success).toBe(false),
  )
  test('a description is kept without the spaces around it, and what is wrong with it is said by name', () => {
    const read = (description: string) => registerWebhook.schema.safeParse({ ...registration, description })
    expect(read(` ${'x'.repeat(200)} `).data?.description).toBe('x'.repeat(200))
    expect(read('a\u200bb').error?.issues.map(({ message }) => message)).toStrictEqual([
      'description_has_control_characters',
    ])
  })
})

describe('ChangeWebhook', () => {
  const nothing = { ...one, url: null, description: null, types: null, isAtHome: false }

  test('the event names what is new, nothing else', () =>
    given(...admin, cast.webhookRegistered())
      .when(changeWebhook, { ...nothing, url: WEBHOOK_URL, types: [] }, BY_ADA)
      .then(cast.webhookChanged({ types: [] })))
  test('a description is taken away by an empty one', () =>
    given(cast.webhookRegistered())
      .when(changeWebhook, { ...nothing, description: '' })
      .then(cast.webhookChanged({ description: '' })))
  test('what is as it was is already true', () =>
    given(cast.webhookRegistered(), cast.webhookChanged({ url: OTHER_WEBHOOK_URL }))
      .when(changeWebhook, { ...nothing, url: OTHER_WEBHOOK_URL, types: ['InviteRedeemed'] })
      .thenNothing())
  test('other types are news, whether more, fewer, or in the place of others', () => {
    const one = ['InviteRedeemed'] as const
    const both = ['InviteRedeemed', 'UserErased'] as const
    for (const [before, after] of [
      [one, both],
      [both, one],
      [one, ['UserErased']],
      [[], one],
    ] as const) {
      given(cast.webhookRegistered({ types: [...before] }))
        .when(changeWebhook, { ...nothing, types: [...after] })
        .then(cast.webhookChanged({ types: [...after] }))
    }
    given(cast.webhookRegistered({ types: [...both] }))
      .when(changeWebhook, { ...nothing, types: ['UserErased', 'InviteRedeemed'] })
      .thenNothing()
  })
  test('what was changed before is what is compared with', () => {
    const changed = cast.webhookChanged({ description: 'Others', types: [] })
    given(cast.webhookRegistered(), changed)
      .when(changeWebhook, { ...nothing, description: 'Others', types: [] })
      .thenNothing()
    given(cast.webhookRegistered(), changed)
      .when(changeWebhook, { ...nothing, url: WEBHOOK_URL, description: 'The directory' })
      .then(cast.webhookChanged({ description: 'The directory' }))
    given(cast.webhookRegistered({ description: null }))
      .when(changeWebhook, { ...nothing, description: '' })
      .thenNothing()
  })
  test('T42 an address that is unfit is refused', () =>
    given(cast.webhookRegistered())
      .when(changeWebhook, { ...nothing, url: 'http://app.example/' })
      .thenRefused('webhook_url_unfit'))
})

describe('PauseWebhook, ResumeWebhook, DisableWebhook', () => {
  test('an admin pauses one, and lets it go on', () => {
    given(...admin, cast.webhookRegistered())
      .when(pauseWebhook, one, BY_ADA)
      .then(cast.webhookPaused)
    given(...admin, cast.webhookRegistered(), cast.webhookPaused)
      .when(resumeWebhook, one, BY_ADA)
      .then(cast.webhookResumed)
  })
  test('the service disables what nothing arrives at; an admin lets it go on', () => {
    given(cast.webhookRegistered())
      .when(disableWebhook, { ...one, reason: 'failing' }, BY_SYSTEM)
      .then(cast.webhookDisabled)
    given(cast.webhookRegistered(), cast.webhookDisabled).when(resumeWebhook, one).then(cast.webhookResumed)
  })
  test('one that was never registered can’t be disabled', () =>
    given()
      .when(disableWebhook, { ...one, reason: 'gone' }, BY_SYSTEM)
      .thenRefused('webhook_not_found'))
  test('it is remembered how it stands', () => {
    const statusAfter = (...events: readonly NewEvent[]) =>
      recorded(cast.webhookRegistered(), ...events).reduce(webhook.evolve, webhook.initial).status
    expect([
      statusAfter(),
      statusAfter(cast.webhookPaused),
      statusAfter(cast.webhookDisabled),
      statusAfter(cast.webhookPaused, cast.webhookResumed),
    ]).toStrictEqual(['active', 'paused', 'disabled', 'active'])
  })
  test('only the service disables', () =>
    given(...admin, cast.webhookRegistered())
      .when(disableWebhook, { ...one, reason: 'failing' }, BY_ADA)
      .thenRefused('not_allowed'))
  test('what is so already is already true', () => {
    given(cast.webhookRegistered()).when(resumeWebhook, one).thenNothing()
    given(cast.webhookRegistered(), cast.webhookPaused).when(pauseWebhook, one).thenNothing()
    given(cast.webhookRegistered(), cast.webhookDisabled).when(pauseWebhook, one).thenNothing()
    given(cast.webhookRegistered(), cast.webhookPaused)
      .when(disableWebhook, { ...one, reason: 'gone' }, BY_SYSTEM)
      .thenNothing()
  })
})

describe('RotateWebhookSecret, RewindWebhook', () => {
  const rotation = { ...one, secretId: NEXT_WEBHOOK_SECRET, overlapMs: 7 * 86_400_000 }
  test('the secret before stays good for a while', () =>
    given(...admin, cast.webhookRegistered())
      .when(rotateWebhookSecret, rotation, BY_ADA)
      .then(cast.webhookSecretRotated))
  test('or not at all', () => {
    const data = { ...cast.webhookSecretRotated.data, previousUntil: cast.NOW }
    given(cast.webhookRegistered())
      .when(rotateWebhookSecret, { ...rotation, overlapMs: 0 })
      .then({ type: 'WebhookSecretRotated', data })
  })
  test('the same wish again is already true', () =>
    given(cast.webhookRegistered(), cast.webhookSecretRotated)
      .when(rotateWebhookSecret, rotation)
      .thenNothing())
  test('the secret before is the last one, however often it was changed; a week is the longest for it', () => {
    const third = { ...rotation, secretId: cast.REWIND, overlapMs: 60_000 }
    const data = {
      ...cast.webhookSecretRotated.data,
      secretId: cast.REWIND,
      previousSecretId: NEXT_WEBHOOK_SECRET,
    }
    given(cast.webhookRegistered(), cast.webhookSecretRotated)
      .when(rotateWebhookSecret, third)
      .then({ type: 'WebhookSecretRotated', data: { ...data, previousUntil: '2026-03-01T09:01:00.000Z' } })
    const isWish = (overlapMs: number) =>
      rotateWebhookSecret.schema.safeParse({ ...rotation, overlapMs }).success
    expect([isWish(-1), isWish(0), isWish(7 * 86_400_000 + 1)]).toStrictEqual([false, true, false])
  })
  test('there is nothing before the first position', () => {
    const isWish = (position: number) =>
      rewindWebhook.schema.safeParse({ ...one, rewindId: cast.REWIND, position }).success
    expect([isWish(0), isWish(1)]).toStrictEqual([false, true])
  })
  test('an admin has everything told again', () =>
    given(...admin, cast.webhookRegistered())
      .when(rewindWebhook, { ...one, rewindId: cast.REWIND, position: 7 }, BY_ADA)
      .then(cast.webhookRewound))
  test('once for each wish', () =>
    given(cast.webhookRegistered(), cast.webhookRewound)
      .when(rewindWebhook, { ...one, rewindId: cast.REWIND, position: 7 })
      .thenNothing())
})

describe('RemoveWebhook', () => {
  test('an admin removes one; again it is already true', () => {
    given(...admin, cast.webhookRegistered())
      .when(removeWebhook, one, BY_ADA)
      .then(cast.webhookRemoved)
    given(cast.webhookRegistered(), cast.webhookRemoved).when(removeWebhook, one).thenNothing()
  })
})

const wishes = [
  ['ChangeWebhook', changeWebhook, { ...one, url: null, description: 'x', types: null, isAtHome: false }],
  ['PauseWebhook', pauseWebhook, one],
  ['ResumeWebhook', resumeWebhook, one],
  ['RotateWebhookSecret', rotateWebhookSecret, { ...one, secretId: NEXT_WEBHOOK_SECRET, overlapMs: 0 }],
  ['RewindWebhook', rewindWebhook, { ...one, rewindId: cast.REWIND, position: 1 }],
  ['RemoveWebhook', removeWebhook, one],
] as const

describe.each(wishes)('%s', (_, command, wish) => {
  test('is refused for a webhook that was never registered', () =>
    given()
      .when(command as never, wish as never)
      .thenRefused('webhook_not_found'))
  test('is refused to everybody but admins', () =>
    given(...auditor, cast.webhookRegistered())
      .when(command as never, wish as never, BY_BEN)
      .thenRefused('not_allowed'))
})

test('what happened to a webhook after it was removed changes nothing', () => {
  const late = [cast.webhookChanged({ url: OTHER_WEBHOOK_URL }), cast.webhookPaused, cast.webhookResumed]
  const history = recorded(cast.webhookRegistered(), cast.webhookRemoved, ...late, cast.webhookSecretRotated)
  expect(history.reduce(webhook.evolve, webhook.initial)).toStrictEqual({ status: 'removed' })
})
