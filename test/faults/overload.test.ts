import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ADMIN } from '../support/admin.ts'
import { temporaryFolder } from '../support/house.ts'
import { type Service, startService, type Told } from './service.ts'

// The laws of too much; how much is too much, and what people notice of it, is measured by `npm run load`.
const CROWD = 200
const FLOOD_MS = 1500
const RECOVERY_MS = 5000
/** Of the requests of who is signed in; where the machine has much else to do, at least as large a share as of strangers'. */
const LEAST_SERVED = 0.8

let service: Service
const sockets: Socket[] = []
const { folder, remove } = temporaryFolder()
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await service.stop()
  remove()
})

/** Strangers who ask for the sign-in form, each again as soon as they have heard; answers the heads of what they heard. */
const flood = (port: number) => {
  const heads: string[] = []
  const request = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n'
  let isOver = false
  for (let n = 0; n < CROWD; n++) {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let heard = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      heard += chunk
      const end = heard.indexOf('\r\n\r\n')
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(heard.slice(0, end))?.[1] ?? 0)
      if (end < 0 || heard.length < end + 4 + length) return
      heads.push(heard.slice(0, end))
      heard = ''
      if (!isOver) socket.write(request)
    })
    socket.on('error', () => {})
    sockets.push(socket)
  }
  return {
    heads,
    end: () => {
      isOver = true
      for (const socket of sockets.splice(0)) socket.destroy()
    },
  }
}

test('F19 under a flood strangers are told to come again, whoever is signed in is served, and it passes', async () => {
  service = await startService(folder)
  const signedIn = await service.ask('POST', '/api/v1/sessions', { body: ADMIN })
  const headers = { authorization: `Bearer ${String(signedIn.body['accessToken'])}` }

  const { heads, end } = flood(service.port)
  const until = performance.now() + FLOOD_MS
  const own: Told[] = []
  while (performance.now() < until) own.push(await service.ask('GET', '/api/v1/me', { headers }))
  const health = [await service.ask('GET', '/livez'), await service.ready()]
  end()

  const served = own.filter(({ status }) => status === 200)
  const strangersServed = heads.filter((head) => head.startsWith('HTTP/1.1 200 ')).length / heads.length
  expect(served.length / own.length, `of ${own.length}`).toBeGreaterThanOrEqual(
    Math.min(LEAST_SERVED, strangersServed),
  )
  for (const { status, retryAfter } of own)
    if (status !== 200) expect([status, retryAfter]).toStrictEqual([503, '2'])
  expect(health.map(({ status }) => status)).toStrictEqual([200, 200])
  const refused = heads.filter((head) => head.startsWith('HTTP/1.1 503 '))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.filter((head) => !/\r\nretry-after: \d+/i.test(head))).toStrictEqual([])
  const others = heads.filter((head) => !/^HTTP\/1\.1 (?:200|503) /.test(head))
  expect(others).toStrictEqual([])

  const begin = performance.now()
  while ((await service.page()).status !== 200) expect(performance.now() - begin).toBeLessThan(RECOVERY_MS)
  expect(service.err()).toContain('too much to do: some are asked to come again')
})
