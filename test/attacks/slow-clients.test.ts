import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../support/house.ts'

const LONG = process.env['LONG'] === '1'
const CROWD = LONG ? 2000 : 200

let app: TestApp
const sockets: Socket[] = []
beforeEach(async () => {
  app = await openTestApp()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await app.dispose()
})

/** Somebody who says so much and then nothing more; answers what they hear until the line is cut, and after how long. */
const dawdler = (opening: string): Promise<{ heard: Promise<{ text: string; ms: number }> }> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(app.address)
    const began = performance.now()
    const socket = connect(Number(port), hostname, () => {
      socket.write(opening)
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      const heard = new Promise<{ text: string; ms: number }>((hear) =>
        socket.on('close', () => hear({ text, ms: performance.now() - began })),
      )
      resolve({ heard })
    })
    socket.on('error', () => {})
    sockets.push(socket)
  })

const HEADER = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '
const BODY =
  'POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"em'
const IDLE = ''

describe('T40: clients that never finish', () => {
  test('are told so and let go: the server knows its limits', () => {
    const { headersTimeout, requestTimeout } = app.server
    expect([headersTimeout, requestTimeout]).toStrictEqual([10_000, 30_000])
    expect(app.server).toMatchObject({ connectionsCheckingInterval: 1000 })
  })

  test(`hold up nobody: beside ${CROWD} of each kind a plain request is answered`, async () => {
    for (const opening of [HEADER, BODY, IDLE]) for (let n = 0; n < CROWD; n++) await dawdler(opening)
    for (let n = 0; n < 20; n++) expect((await fetch(`${app.address}/`)).status).toBe(200)
  })

  test('who lets go in mid-request is forgotten', async () => {
    for (let n = 0; n < CROWD; n++) await dawdler(n % 2 === 0 ? HEADER : BODY)
    for (const socket of sockets.splice(0)) socket.resetAndDestroy()
    const open = () => new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)))
    await expect.poll(open).toBe(0)
  })

  if (LONG)
    test('hear 408 within the time that is given to them, and a second more', async () => {
      const [header, body] = [await dawdler(HEADER), await dawdler(BODY)]
      const slowHeader = await header.heard
      expect(slowHeader.text).toMatch(/^HTTP\/1.1 408 /)
      expect(slowHeader.ms).toBeLessThan(13_000)
      const slowBody = await body.heard
      expect(slowBody.ms).toBeLessThan(33_000)
    })
})
