import { connect, type Socket } from 'node:net'

/** What one connection is to send next; null when there is nothing left. */
export type NextRequest = () => string | null

const HEAD_END = '\r\n\r\n'
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** Whether an answer is there from its head to its end. */
const isWhole = (answer: string): boolean => {
  const headEnd = answer.indexOf(HEAD_END)
  if (headEnd < 0) return false
  const head = answer.slice(0, headEnd)
  if (/\r\ntransfer-encoding: chunked/i.test(head)) return answer.endsWith(LAST_CHUNK)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
  return answer.length >= headEnd + HEAD_END.length + length
}

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
      if (!isWhole(buffer)) return
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
