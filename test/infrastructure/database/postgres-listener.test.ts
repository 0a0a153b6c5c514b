import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Listener } from '../../../src/infrastructure/database/postgres-listener.ts'

let server: ReturnType<typeof createServer>
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => server.close())

const listening = () => {
  const { port } = server.address() as AddressInfo
  const told: string[] = []
  const listener = new Listener({
    connect: () =>
      new pg.Client({ host: '127.0.0.1', port, user: 'nobody', pipeline: true } as pg.ClientConfig),
    heard: () => {},
    lost: () => told.push('lost'),
    back: () => told.push('back'),
  })
  listener.start()
  return { listener, told }
}

/** @see pg's Client: ended while it connects, its `connect` never settles; closing a node waited for it for ever. */
test('stops at once while it is still connecting', async () => {
  const { listener, told } = listening()
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.on('end', () => socket.end()).resume()
  await listener.stop()
  expect(told).toStrictEqual([])
})

test('stops soon although the server says nothing, not even goodbye', async () => {
  const { listener, told } = listening()
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.resume()
  await listener.stop()
  expect(told).toStrictEqual([])
  socket.destroy()
})
