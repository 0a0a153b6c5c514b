import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { Listener } from '../../../src/infrastructure/database/postgres-listener.ts'

/** A connection that nobody else has; it is gone when it is told to be. */
class Connection extends EventEmitter {
  readonly asked: string[] = []
  ended = 0
  connect = async () => {}
  query = async (text: string) => {
    this.asked.push(text)
  }
  end = async () => {
    if (this.ended++ === 0) this.emit('end')
  }
}
const listening = () => {
  const connections: Connection[] = []
  const told: string[] = []
  const listener = new Listener({
    connect: () => {
      const connection = new Connection()
      connections.push(connection)
      return connection as unknown as pg.Client
    },
    heard: (what) => told.push(what),
    lost: () => told.push('lost'),
    back: () => told.push('back'),
  })
  return { connections, told, listener }
}

test('what others commit is heard, and that a connection was lost is told at once', async () => {
  const { connections, told, listener } = listening()
  expect(listener.isFresh).toBe(false)
  listener.start()
  await setImmediate()
  const [connection] = connections
  expect([connection?.asked, told, listener.isFresh]).toStrictEqual([['listen latchkey'], ['back'], true])
  connection?.emit('notification', { payload: 'appended' })
  connection?.emit('notification', { payload: 'forgot' })
  connection?.emit('error', new Error('the cable'))
  await setImmediate()
  expect(told).toStrictEqual(['back', 'appended', 'forgot', 'lost'])
  await listener.stop()
  expect(connections).toHaveLength(1)
})

test('whoever stops listening is told nothing more', async () => {
  const { connections, told, listener } = listening()
  listener.start()
  await setImmediate()
  await listener.stop()
  expect([told, connections.length, connections[0]?.ended]).toStrictEqual([['back'], 1, 2])
})
