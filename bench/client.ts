import { connect, type Socket } from 'node:net'

/** What one connection is to send next; null when there is nothing left. */
export type NextRequest = () => string | null

const HEAD_END = '\r\n\r\n'

/** One keep-alive connection that sends a request, waits for the whole answer, checks its status, and goes on. */
const drive = (
  port: number,
  next: NextRequest,
  expected: number,
  onAnswer: (ms: number) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let buffer = ''
    let sentAt = 0
    const send = () => {
      const request = next()
      if (request === null) {
        socket.end()
        return resolve()
      }
      sentAt = performance.now()
      socket.write(request, 'latin1')
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk: string) => {
      buffer += chunk
      const headEnd = buffer.indexOf(HEAD_END)
      if (headEnd < 0) return
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(buffer.slice(0, headEnd))?.[1] ?? 0)
      if (buffer.length < headEnd + HEAD_END.length + length) return
      const status = Number(buffer.slice(9, 12))
      if (status !== expected)
        return reject(new Error(`answered ${status}, not ${expected}: ${buffer.slice(0, 600)}`))
      onAnswer(performance.now() - sentAt)
      buffer = ''
      send()
    })
  })

/**
 * Keeps `connections` busy until the requests are used up; answers the milliseconds of each answer. Deliberately lean:
 * client and server share two cores, and a client that eats one of them measures itself.
 */
export const load = async (
  port: number,
  connections: number,
  next: NextRequest,
  expected: number,
): Promise<{ readonly perSecond: number; readonly latencies: readonly number[] }> => {
  const latencies: number[] = []
  const began = performance.now()
  await Promise.all(
    Array.from({ length: connections }, () => drive(port, next, expected, (ms) => latencies.push(ms))),
  )
  return { perSecond: (latencies.length / (performance.now() - began)) * 1000, latencies }
}

/** The same request a number of times. */
export const times = (count: number, request: string): NextRequest => {
  let left = count
  return () => (left-- > 0 ? request : null)
}

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines(headers)}\r\n`

export const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${lines(headers)}\r\n${body}`

const lines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
