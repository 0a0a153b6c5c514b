import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enrolAdmin } from '../../support/admin.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

const LOGIN = '/api/v1/sessions'
const JSON_TYPE = { 'content-type': 'application/json' }

const post = async (
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = JSON_TYPE,
  path = LOGIN,
) => {
  const response = await fetch(app.address + path, { method: 'POST', headers, body })
  const { code } = (await response.json()) as { code: string }
  return [response.status, code]
}

/** What a client without manners gets to read, byte for byte. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(app.address)
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk
    })
    // Whoever is refused in mid-sentence may find the line cut: what was heard until then counts.
    socket.on('error', () => {}).on('close', () => resolve(answer))
  })

describe('the type of a body', () => {
  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['plain text', 'text/plain'],
    ['JSON that calls itself text', 'text/json'],
    ['XML', 'application/xml'],
    ['nothing', ''],
    ['nonsense', 'nonsense'],
  ])('%s is not understood by the API', async (_, type) => {
    expect(await post('{"email":"a@example.org","password":"x"}', { 'content-type': type })).toStrictEqual([
      415,
      'unsupported_media_type',
    ])
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/merge-patch+json',
  ])('%s is', async (type) => {
    const body = JSON.stringify({ email: 'nobody@example.org', password: 'wrong' })
    expect(await post(body, { 'content-type': type })).toStrictEqual([401, 'credentials_wrong'])
  })

  test('a compressed body is not unpacked', async () => {
    const body = new Uint8Array(gzipSync(Buffer.alloc(10_000_000, ' ')))
    expect(await post(body, { ...JSON_TYPE, 'content-encoding': 'gzip' })).toStrictEqual([
      415,
      'unsupported_media_type',
    ])
  })
})

describe('a body that cannot be read', () => {
  test.each([
    ['cut JSON', '{"email":"ada@example.org"'],
    ['JavaScript', "{email: 'ada@example.org'}"],
    ['a NUL', '\u0000'],
    ['two values', '{}{}'],
    ['a comment', '{} // fine'],
    ['a number that is none', '{"email": NaN}'],
  ])('%s', async (_, body) => {
    expect(await post(body)).toStrictEqual([400, 'malformed_body'])
  })

  test('bytes that are no UTF-8', async () => {
    const body = new Uint8Array([...Buffer.from('{"email":"'), 0xff, 0xfe, ...Buffer.from('"}')])
    expect(await post(body)).toStrictEqual([400, 'malformed_body'])
  })

  test('no body at all is a missing one, field by field', async () => {
    expect(await post(null, {})).toStrictEqual([422, 'invalid_input'])
    expect(await post('', JSON_TYPE)).toStrictEqual([422, 'invalid_input'])
  })

  test.each(['null', '[]', '7', '"text"', 'true', '[{"email":"ada@example.org"}]'])(
    'the JSON value %s is none of the objects that are wanted',
    async (body) => {
      expect(await post(body)).toStrictEqual([422, 'invalid_input'])
    },
  )
})

describe('keys that JavaScript treats specially', () => {
  test.each([
    '{"__proto__":{"polluted":true}}',
    '{"email":"ada@example.org","password":"x","__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"email":{"__proto__":{"polluted":true}}}',
    '[[[{"prototype":1}]]]',
    '{"\\u005f_proto__":{"polluted":true}}',
    '{"const\\u0072uctor":1}',
  ])('%s is refused wherever they stand', async (body) => {
    expect(await post(body)).toStrictEqual([400, 'malformed_body'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('as values they are only words', async () => {
    const body = '{"email":"nobody@example.org","password":"__proto__ constructor prototype"}'
    expect(await post(body)).toStrictEqual([401, 'credentials_wrong'])
  })
})

describe('nesting', () => {
  test.each([
    ['lists', '['.repeat(30_000), ']'.repeat(30_000), 422],
    ['objects', `${'{"a":'.repeat(8000)}1`, '}'.repeat(8000), 422],
    [
      'lists with a word that makes us look closer',
      `${'['.repeat(15_000)}"constructor"`,
      ']'.repeat(15_000),
      null,
    ],
  ])('%s in one another thousands deep are refused, and nothing breaks', async (_, open, close, status) => {
    const [answered] = await post(open + close)
    expect(status === null ? [400, 422] : [status]).toContain(answered)
    expect((await fetch(`${app.address}/livez`)).status).toBe(200)
  })
})

describe('size', () => {
  const padded = (bytes: number) => {
    const frame = JSON.stringify({ email: 'nobody@example.org', password: 'x' })
    return `${frame.slice(0, -1)}${' '.repeat(bytes - frame.length)}}`
  }

  test('64 kB are taken, one byte more is refused', async () => {
    expect(await post(padded(65_536))).toStrictEqual([401, 'credentials_wrong'])
    expect(await post(padded(65_537))).toStrictEqual([413, 'body_too_large'])
  })

  test('what is far too large is refused without being read', async () => {
    const response = await raw(
      `POST ${LOGIN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000000000\r\n\r\n{`,
    )
    expect(response).toMatch(/^HTTP\/1.1 413 /)
    expect(response).toMatch(/connection: close/i)
    expect(response).toContain('body_too_large')
  })

  test('a body that comes in chunks is counted as it comes', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(app.address + LOGIN, { method: 'POST', headers: JSON_TYPE }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      for (let chunk = 0; chunk < 10; chunk++) request.write(' '.repeat(10_000))
      request.end()
    })
    expect(status).toBe(413)
  })

  test('seventeen kB of cookies are refused before anybody looks at them, a megabyte too', async () => {
    const cookies = (count: number) =>
      raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${'a=b; '.repeat(count)}\r\n\r\n`)
    expect(await cookies(3400)).toMatch(/^HTTP\/1.1 431 /)
    expect(await cookies(200_000)).toMatch(/^$|^HTTP\/1.1 431 /)
    expect((await fetch(`${app.address}/livez`)).status).toBe(200)
  })

  test('a sender who goes away in the middle leaves nothing behind', async () => {
    const { port, hostname } = new URL(app.address)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST ${LOGIN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"em`,
          () => {
            socket.destroy()
            resolve()
          },
        )
      })
    })
    expect((await fetch(`${app.address}/livez`)).status).toBe(200)
  })
})
