import type { LookupAddress } from 'node:dns'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isOwn, isPublic } from '../../../src/infrastructure/outside/addresses.ts'
import { OutsideFailure, openOutside, type Resolve } from '../../../src/infrastructure/outside/http.ts'
import { json, openStub, type Stub, silence } from '../../support/outside.ts'

const WITHIN_MS = 300

let stub: Stub
beforeEach(async () => {
  stub = await openStub(json({ fine: true }))
})
afterEach(() => stub.close())

const forever = new AbortController().signal
const nobody: Resolve = () => Promise.reject(new Error('no name is to be asked for'))
const ask = (url: string, resolve: Resolve = nobody, signal = forever) =>
  openOutside({ resolve, withinMs: WITHIN_MS })(
    { url, key: 'k' },
    { email: 'ben+x@example.org' },
    { 'x-api-key': 'k' },
    signal,
  )
const why = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(OutsideFailure)
  expect(String(error)).not.toMatch(/ben|example\.org/)
  return (error as OutsideFailure).reason
}
const as = (...addresses: string[]): Resolve => {
  const found = addresses.map(
    (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
  )
  return () => Promise.resolve(found)
}

describe('S1-36, S1-35 a question to an outside service', () => {
  test('is one GET with the address in its query and the key in a header', async () => {
    expect(await ask(stub.url)).toStrictEqual({ status: 200, body: { fine: true } })
    expect(stub.asked).toMatchObject([
      {
        path: '/v2/find',
        email: 'ben+x@example.org',
        headers: { 'x-api-key': 'k', accept: 'application/json' },
      },
    ])
  })

  test('has its answer in time or not at all: a service that is silent', async () => {
    stub.answers(silence)
    expect(await why(ask(stub.url))).toBe('timeout')
  })

  test('has its answer in time or not at all: a service that begins and dawdles', async () => {
    stub.answers((_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).write('{"fine":')
    })
    expect(await why(ask(stub.url))).toBe('timeout')
  })

  test('has its answer in time or not at all: a name that is not found out', async () => {
    expect(await why(ask('http://service.example/', () => new Promise(() => {})))).toBe('timeout')
  })

  test('ends when the house stops', async () => {
    stub.answers(silence)
    const stopping = new AbortController()
    const answer = why(ask(stub.url, nobody, stopping.signal))
    stopping.abort()
    expect(await answer).toBe('stopped')
    const asked = stub.asked.length
    expect(await why(ask('http://service.example/', () => new Promise(() => {}), stopping.signal))).toBe(
      'stopped',
    )
    expect(await why(ask(stub.url, nobody, stopping.signal))).toBe('stopped')
    expect(stub.asked).toHaveLength(asked)
  })

  test('fails when nobody listens, or the other side hangs up', async () => {
    stub.answers((req) => req.socket.destroy())
    expect(await why(ask(stub.url))).toBe('unreachable')
    await stub.close()
    expect(await why(ask(stub.url))).toBe('unreachable')
  })

  test('fails when a name stands for nothing', async () => {
    expect(await why(ask('http://service.example/', as()))).toBe('unreachable')
    expect(await why(ask('http://service.example/'))).toBe('unreachable')
  })

  test('takes 64 kB and not a byte more', async () => {
    const body = (size: number) => JSON.stringify('x'.repeat(size - 2))
    const raw = (text: string) => (_: unknown, res: import('node:http').ServerResponse) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(text)
    stub.answers(raw(body(65_536)))
    expect((await ask(stub.url)).status).toBe(200)
    stub.answers(raw(body(65_537)))
    expect(await why(ask(stub.url))).toBe('too_large')
  })

  test('stops reading a body that has no end', async () => {
    let written = 0
    stub.answers((_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const more = (): void => {
        while (!res.destroyed && res.write(' '.repeat(16_384))) written += 16_384
      }
      res.on('drain', more)
      more()
    })
    expect(await why(ask(stub.url))).toBe('too_large')
    expect(written).toBeLessThan(50_000_000)
  })

  test.each([
    ['a page', 'text/html', '<p>fine</p>'],
    ['JSON that says it is a page', 'text/html', '{"fine":true}'],
    ['something like JSON', 'application/jsonp', '{"fine":true}'],
    ['half of it', 'application/json', '{"fine":'],
    ['nothing', 'application/json', ''],
  ])('takes JSON only: not %s', async (_, type, body) => {
    stub.answers((_req, res) => res.writeHead(200, { 'content-type': type }).end(body))
    expect(await why(ask(stub.url))).toBe('not_json')
  })

  test.each([301, 302, 303, 307, 308])('follows nobody: %i to the metadata of a cloud', async (status) => {
    const elsewhere = await openStub(json({ secret: true }))
    for (const location of ['http://169.254.169.254/latest/meta-data/', elsewhere.url]) {
      stub.answers(json({}, status, { location }))
      expect(await why(ask(stub.url))).toBe('redirect')
    }
    expect(elsewhere.sockets()).toBe(0)
    await elsewhere.close()
  })
})

describe('T42 a name that leads inside', () => {
  const INSIDE = [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fe80::1%lo',
  ]

  test.each(INSIDE)('%s is not connected to', async (address) => {
    const url = `http://service.example:${stub.port}/`
    expect(await why(ask(url, as(address)))).toBe('address_forbidden')
    expect(stub.sockets()).toBe(0)
    expect(isPublic(address)).toBe(false)
  })

  test('one bad address among good ones is enough', async () => {
    const url = `http://service.example:${stub.port}/`
    expect(await why(ask(url, as('93.184.215.14', '127.0.0.1')))).toBe('address_forbidden')
    expect(stub.sockets()).toBe(0)
  })

  test('it is looked up for each question, and what was looked at is what is connected to', async () => {
    const asked: string[] = []
    const answers = [as('127.0.0.1'), as('169.254.169.254')]
    const rebinding: Resolve = (host) => {
      asked.push(host)
      return (answers.shift() ?? nobody)(host)
    }
    // `localhost` is a name that the operator means as it stands, so the first answer is let through.
    const url = `http://localhost:${stub.port}/`
    expect((await ask(url, rebinding)).status).toBe(200)
    expect(await why(ask(url, rebinding))).toBe('address_forbidden')
    expect(asked).toStrictEqual(['localhost', 'localhost'])
    expect(stub.sockets()).toBe(1)
  })

  test.each([
    'http://169.254.169.254/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
  ])('%s is not asked even if the operator wrote it', async (url) =>
    expect(await why(ask(url))).toBe('address_forbidden'),
  )

  test('addresses of the open internet are, and of one’s own network if they are written down', () => {
    const open = ['8.8.8.8', '93.184.215.14', '2606:4700::1111', '2a00:1450:4001::200e']
    expect(open.filter((ip) => !isPublic(ip))).toStrictEqual([])
    const own = ['127.0.0.1', '10.0.0.7', '192.168.0.1', '::1', 'fd12::1']
    expect(own.filter((ip) => !isOwn(ip) || isPublic(ip))).toStrictEqual([])
    expect([...open, '169.254.1.1', 'fe80::1', 'service.example'].filter(isOwn)).toStrictEqual([])
  })
})
