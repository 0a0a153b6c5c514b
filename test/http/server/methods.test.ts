import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { ask } from './ask.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

const get = (path: string) => fetch(app.address + path)

describe('methods', () => {
  test.each([
    ['POST', '/api/v1/me', 'GET, HEAD, PATCH'],
    ['GET', '/api/v1/sessions', 'POST'],
    ['GET', '/api/v1/invite-redemptions', 'POST'],
    ['GET', '/api/v1/sessions/current', 'DELETE'],
    ['PUT', '/api/v1/invites', 'GET, HEAD, POST'],
    ['PATCH', '/api/v1/invites/01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'DELETE, GET, HEAD'],
    ['PROPFIND', '/api/v1/me', 'GET, HEAD, PATCH'],
    ['POST', '/api/v1/openapi.json', 'GET, HEAD'],
    ['POST', '/.well-known/jwks.json', 'GET, HEAD'],
    ['DELETE', '/docs/api', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['DELETE', '/readyz', 'GET, HEAD'],
  ])('%s %s is refused with those that are taken: %s', async (method, path, allow) => {
    const { status, headers, body } = await ask(app.address, path, { accept: 'application/json' }, method)
    expect([status, String(headers['allow']).split(', ').toSorted().join(', ')]).toStrictEqual([405, allow])
    expect((JSON.parse(body) as { code: string }).code).toBe('method_not_allowed')
  })

  test('HEAD answers as GET would, without the body', async () => {
    for (const path of ['/livez', '/api/v1/openapi.json', '/.well-known/jwks.json', '/docs/api', '/']) {
      const [head, full] = [await fetch(app.address + path, { method: 'HEAD' }), await get(path)]
      expect([path, head.status, await head.text()]).toStrictEqual([path, full.status, ''])
      expect(head.headers.get('content-type')).toBe(full.headers.get('content-type'))
    }
    expect((await fetch(`${app.address}/api/v1/me`, { method: 'HEAD' })).status).toBe(401)
  })

  test('OPTIONS names what is taken and opens nothing to other origins', async () => {
    const { status, headers } = await ask(
      app.address,
      '/api/v1/me',
      { origin: 'https://evil.example' },
      'OPTIONS',
    )
    expect([status, headers['access-control-allow-origin']]).toStrictEqual([200, undefined])
    expect(String(headers['allow']).split(', ').toSorted()).toStrictEqual(['GET', 'HEAD', 'PATCH'])
  })
})

describe('paths that are not there', () => {
  test.each([
    '/api',
    '/api/',
    '/api/v1',
    '/api/v2/me',
    '/api/v1/ME',
    '/api/v1//me',
    '/api/v1/me/x',
    '/api/v1/%00',
  ])('%s', async (path) => {
    const response = await get(path)
    expect([response.status, ((await response.json()) as { code: string }).code]).toStrictEqual([
      404,
      'not_found',
    ])
  })

  test('an encoding that is none is a bad request, not an error of ours', async () => {
    for (const path of ['/api/v1/invites/%E0%A4%A', '/invites/%ff', '/%']) {
      const { status } = await ask(app.address, path, { accept: 'application/json' })
      expect([path, status && status < 500]).toStrictEqual([path, true])
    }
  })
})
