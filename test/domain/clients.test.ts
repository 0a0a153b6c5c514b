import { describe, expect, test } from 'vitest'
import { changeClient } from '../../src/domain/clients/change-client.ts'
import { client, clientNameSchema } from '../../src/domain/clients/client.ts'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { removeClient } from '../../src/domain/clients/remove-client.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, CLIENT, REDIRECT_URI, OTHER_REDIRECT_URI } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const
const admin = cast.admin(ADA, ADA_ADDRESS)

const registration = {
  clientId: CLIENT,
  name: 'Example App',
  kind: 'confidential' as const,
  redirectUris: [REDIRECT_URI],
}

describe('RegisterClient', () => {
  test('an admin registers an application', () =>
    given(...admin)
      .when(registerClient, registration, BY_ADA)
      .then(cast.clientRegistered()))
  test('so does the operator, a public one too', () =>
    given()
      .when(registerClient, { ...registration, kind: 'public' })
      .then(cast.clientRegistered({ kind: 'public' })))
  test('nobody else does, an auditor no more than a member', () =>
    given(...cast.member(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor'))
      .when(registerClient, registration, BY_BEN)
      .thenRefused('not_allowed'))
  test('an admin who is suspended does not', () =>
    given(...admin, cast.suspended(ADA, ['admin']))
      .when(registerClient, registration, BY_ADA)
      .thenRefused('not_allowed'))
  test('registering it again is already true', () =>
    given(cast.clientRegistered()).when(registerClient, registration).thenNothing())
  test('one that was removed does not come back under its id', () =>
    given(cast.clientRegistered(), cast.clientRemoved).when(registerClient, registration).thenNothing())

  test.each([
    'https://app.example/callback?from=latchkey',
    'https://app.example',
    'https://app.example:8443/callback',
    'http://localhost:3000/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:8080/callback',
  ])('T36 %s is fit to get answers', (uri) =>
    given()
      .when(registerClient, { ...registration, redirectUris: [uri] })
      .then(cast.clientRegistered({ redirectUris: [uri] })),
  )

  test.each([
    ['in the clear', 'http://app.example/callback'],
    ['with a fragment', 'https://app.example/callback#'],
    ['with a wildcard', 'https://*.app.example/callback'],
    ['with a user', 'https://somebody@app.example/callback'],
    ['with a password alone', 'https://:correct-horse@app.example/callback'],
    ['of this machine, but not by HTTP', 'ftp://localhost/callback'],
    ['of a scheme of its own', 'com.example.app:/callback'],
    ['that runs', 'javascript:alert(1)'],
    ['in capitals', 'https://APP.example/callback'],
    ['with the port that needs no saying', 'https://app.example:443/callback'],
    ['with dots that lead elsewhere', 'https://app.example/a/../callback'],
    ['with a space', 'https://app.example/call back'],
    ['of this machine in name only', 'http://localhost.example/callback'],
    ['that is none', 'callback'],
  ])('T36 one %s is not', (_, uri) =>
    given()
      .when(registerClient, { ...registration, redirectUris: [REDIRECT_URI, uri] })
      .thenRefused('redirect_uri_invalid', { place: 2 }),
  )
  test('nor is the same one twice', () =>
    given()
      .when(registerClient, { ...registration, redirectUris: [REDIRECT_URI, REDIRECT_URI] })
      .thenRefused('redirect_uri_invalid', { place: 2 }))

  test.each([
    ['no redirect URI', { redirectUris: [] }],
    ['eleven of them', { redirectUris: Array.from({ length: 11 }, (_, n) => `https://app.example/${n}`) }],
    ['no name', { name: ' ' }],
    ['a name that turns the page around', { name: 'Bank\u202e' }],
    ['a kind of its own', { kind: 'trusted' }],
    ['a secret of its own', { secret: 'correct-horse' }],
  ])('a wish with %s is no wish', (_, wrong) =>
    expect(registerClient.schema.safeParse({ ...registration, ...wrong }).success).toBe(false),
  )
})

describe('ChangeClient', () => {
  const nothing = { clientId: CLIENT, name: null, redirectUris: null }

  test('an admin changes the name; the event names what is new, nothing else', () =>
    given(...admin, cast.clientRegistered())
      .when(changeClient, { ...nothing, name: 'Another App', redirectUris: [REDIRECT_URI] }, BY_ADA)
      .then(cast.clientChanged({ name: 'Another App' })))
  test('or where it gets its answers', () =>
    given(cast.clientRegistered())
      .when(changeClient, { ...nothing, redirectUris: [REDIRECT_URI, OTHER_REDIRECT_URI] })
      .then(cast.clientChanged({ redirectUris: [REDIRECT_URI, OTHER_REDIRECT_URI] })))
  test('more of them, fewer of them, or others in their place, are news', () => {
    const one = [REDIRECT_URI]
    const both = [REDIRECT_URI, OTHER_REDIRECT_URI]
    const turned = [OTHER_REDIRECT_URI, REDIRECT_URI]
    for (const { before, after } of [
      { before: one, after: both },
      { before: both, after: one },
      { before: both, after: turned },
      { before: one, after: [OTHER_REDIRECT_URI] },
      { before: both, after: [REDIRECT_URI, `${REDIRECT_URI}/again`] },
    ]) {
      given(cast.clientRegistered({ redirectUris: before }))
        .when(changeClient, { ...nothing, redirectUris: after })
        .then(cast.clientChanged({ redirectUris: after }))
    }
    given(cast.clientRegistered(), cast.clientChanged({ redirectUris: both }))
      .when(changeClient, { ...nothing, redirectUris: one })
      .then(cast.clientChanged({ redirectUris: one }))
    given(cast.clientRegistered({ redirectUris: both }))
      .when(changeClient, { ...nothing, redirectUris: both })
      .thenNothing()
  })
  test('what is as it was is already true', () =>
    given(cast.clientRegistered(), cast.clientChanged({ name: 'Another App' }))
      .when(changeClient, { ...nothing, name: 'Another App' })
      .thenNothing())
  test('a URI that is unfit is refused', () =>
    given(cast.clientRegistered())
      .when(changeClient, { ...nothing, redirectUris: ['http://app.example/'] })
      .thenRefused('redirect_uri_invalid', { place: 1 }))
  test('nobody but an admin changes it', () =>
    given(...cast.member(BEN, BEN_ADDRESS), cast.clientRegistered())
      .when(changeClient, { ...nothing, name: 'Mine' }, BY_BEN)
      .thenRefused('not_allowed'))
  test.each([
    ['was never registered', []],
    ['was removed', [cast.clientRegistered(), cast.clientRemoved]],
  ])('one that %s is not found', (_, history) =>
    given(...history)
      .when(changeClient, { ...nothing, name: 'Another App' })
      .thenRefused('client_not_found'),
  )
})

describe('RemoveClient', () => {
  test('an admin removes an application', () =>
    given(...admin, cast.clientRegistered())
      .when(removeClient, { clientId: CLIENT }, BY_ADA)
      .then(cast.clientRemoved))
  test('removing it again is already true', () =>
    given(cast.clientRegistered(), cast.clientRemoved).when(removeClient, { clientId: CLIENT }).thenNothing())
  test('one that was never registered is not found', () =>
    given().when(removeClient, { clientId: CLIENT }).thenRefused('client_not_found'))
  test('nobody but an admin removes it', () =>
    given(...cast.member(BEN, BEN_ADDRESS), cast.clientRegistered())
      .when(removeClient, { clientId: CLIENT }, BY_BEN)
      .thenRefused('not_allowed'))
})

test('what is wrong with a name is said by name', () => {
  const said = (name: string) => clientNameSchema.safeParse(name).error?.issues.map(({ message }) => message)
  expect([said('Bank\u202e'), said(' Bank ')]).toStrictEqual([['name_has_control_characters'], undefined])
})

test('what happened to a client after it was removed changes nothing', () => {
  const history = recorded(cast.clientRegistered(), cast.clientRemoved, cast.clientChanged({ name: 'Late' }))
  expect(history.reduce(client.evolve, client.initial)).toStrictEqual({ status: 'removed' })
})
