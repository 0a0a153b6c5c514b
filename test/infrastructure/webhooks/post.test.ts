import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Resolve } from '../../../src/infrastructure/outside/http.ts'
import { openPost } from '../../../src/infrastructure/webhooks/post.ts'
import { openReceiver, type Receiver } from '../../support/receiver.ts'

const WITHIN_MS = 400

let receiver: Receiver
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(() => receiver.close())

const nobody: Resolve = () => Promise.reject(new Error('no name is to be asked for'))
const as = (...addresses: string[]): Resolve => {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return () => Promise.resolve(found)
}
const post = (url: string, resolve = nobody, isAtHome = false) =>
  openPost({ isAtHome, resolve, withinMs: WITHIN_MS })(url, { 'content-type': 'application/json' }, '{}')
const reason = async (...asked: Parameters<typeof post>) => (await post(...asked)).reason

const INSIDE = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
]

describe('T42 a message to a name that leads inside', () => {
  test.each(INSIDE)('%s is not sent, not even where the service is at home', async (address) => {
    const url = `http://app.example:${receiver.port}/`
    for (const isAtHome of [false, true])
      expect(await reason(url, as(address), isAtHome)).toBe('address_forbidden')
    expect(receiver.sockets()).toBe(0)
  })

  test('one bad address among good ones is enough', async () => {
    const url = `http://app.example:${receiver.port}/`
    expect(await reason(url, as('93.184.215.14', '127.0.0.1'))).toBe('address_forbidden')
    expect(receiver.sockets()).toBe(0)
  })

  test('is looked up for each message, and what was looked at is what is connected to', async () => {
    const answers = [as('127.0.0.1'), as('169.254.169.254')]
    const rebinding: Resolve = (host) => (answers.shift() ?? nobody)(host)
    const url = `http://localhost:${receiver.port}/`
    expect(await reason(url, rebinding, true)).toBeNull()
    expect(await reason(url, rebinding, true)).toBe('address_forbidden')
    expect(receiver.sockets()).toBe(1)
  })

  test('this machine is sent to only where the service is at home on it; a private network never', async () => {
    expect(await reason(receiver.url)).toBe('address_forbidden')
    expect(receiver.sockets()).toBe(0)
    expect(await reason(receiver.url, nobody, true)).toBeNull()
    expect(await reason('http://192.168.0.1/', nobody, true)).toBe('address_forbidden')
  })
})

describe('what is answered', () => {
  const came = () => post(receiver.url, nobody, true)
  test.each([200, 201, 204, 299])('%i is arrival', async (status) => {
    receiver.status(status)
    expect(await came()).toMatchObject({ status, reason: null })
  })
  test.each([302, 307, 400, 404, 410, 429, 500, 503])('%i is not', async (status) => {
    receiver.status(status)
    expect(await came()).toMatchObject({ status, reason: 'status' })
  })

  test('silence ends in time', async () => {
    receiver.answers(() => {})
    expect(await came()).toMatchObject({ status: null, reason: 'timeout' })
  })

  test('an answer without end is not listened to, and is arrival all the same', async () => {
    let written = 0
    receiver.answers((_, res) => {
      res.writeHead(200)
      const more = (): void => {
        while (!res.destroyed && res.write(' '.repeat(16_384))) written += 16_384
      }
      res.on('drain', more)
      more()
    })
    expect(await came()).toMatchObject({ status: 200, reason: null })
    expect(written).toBeLessThan(50_000_000)
  })

  test('nobody there is said so, without the address', async () => {
    await receiver.close()
    expect(await came()).toMatchObject({ status: null, reason: 'unreachable' })
  })
})
