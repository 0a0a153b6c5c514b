import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'

let app: TestApp
beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

/** Everything that is answered to some bytes. */
const heard = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(app.address)
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk
    })
    socket.setTimeout(300, () => socket.destroy())
    socket.on('error', () => {}).on('close', () => resolve(answer))
  })

const SMUGGLED = 'GET /docs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
const post = (headers: string, body: string) =>
  `POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`

test.each([
  [
    'both ways to say its length',
    post('Content-Length: 4\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`),
  ],
  ['two lengths', post('Content-Length: 2\r\nContent-Length: 60', `{}${SMUGGLED}`)],
  ['a length that is none', post('Content-Length: +2', `{}${SMUGGLED}`)],
  ['an encoding that is hidden', post('Transfer-Encoding: xchunked', `0\r\n\r\n${SMUGGLED}`)],
  ['a blank before the colon', post('Content-Length : 2', `{}${SMUGGLED}`)],
  ['a bare line feed', post('Content-Length: 2\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`)],
])('a request with %s has nothing smuggled in behind it', async (_, bytes) => {
  const answers = await heard(bytes)
  expect(answers.match(/HTTP\/1\.1 \d{3}/g) ?? []).toStrictEqual(['HTTP/1.1 400'])
})
