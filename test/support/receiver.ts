import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export type Received = {
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly message: { readonly type: string; readonly position: number | null; readonly data: object }
}

/** Another program on this machine that is told of things and keeps what it was told. */
export const openReceiver = async (
  answering: (received: Received, res: ServerResponse) => void = (_, res) => res.writeHead(204).end(),
) => {
  let answer = answering
  const received: Received[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    req.on('end', () => {
      const one = { headers: req.headers, body, message: JSON.parse(body) as Received['message'] }
      received.push(one)
      answer(one, res)
    })
  })
  let sockets = 0
  server.on('connection', () => sockets++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    received,
    positions: () => received.map(({ message }) => message.position),
    sockets: () => sockets,
    answers(next: typeof answering) {
      answer = next
    },
    status(status: number) {
      answer = (_, res) => res.writeHead(status).end()
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type Receiver = Awaited<ReturnType<typeof openReceiver>>

/** Whether the reference library takes it for genuine, at the moment the message says it was sent at. */
export const isGenuine = (secret: string, { headers, body }: Received): boolean => {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}
