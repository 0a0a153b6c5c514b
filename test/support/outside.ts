import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly path: string
  readonly email: string | null
  readonly headers: IncomingMessage['headers']
}

/** As hunter.io's e-mail verifier answers. */
export const hunterSays = (status: string, result: string) => ({
  data: {
    status,
    result,
    _deprecation_notice: 'Using result is deprecated, use status instead',
    score: 91,
    email: 'ben@example.org',
    regexp: true,
    gibberish: false,
    disposable: false,
    webmail: false,
    mx_records: true,
    smtp_server: true,
    smtp_check: true,
    accept_all: false,
    block: false,
    sources: [],
  },
  meta: { params: { email: 'ben@example.org' } },
})

/** As Clearbit answers about a person, with fields that are of no use here. */
export const CLEARBIT_PERSON = {
  id: 'd54c54ad-40be-4305-8a34-0ab44710b90d',
  name: { fullName: 'Benjamin Bell', givenName: 'Benjamin', familyName: 'Bell' },
  email: 'ben@example.org',
  location: 'London, UK',
  employment: {
    domain: 'engines.example',
    name: 'Analytical Engines',
    title: 'Engineer',
    role: 'engineering',
  },
  facebook: { handle: null },
}
export const CLEARBIT_UNKNOWN = { error: { type: 'unknown_record', message: 'Unknown person.' } }

type Answering = (body: unknown, status?: number, headers?: Record<string, string>) => RequestListener
export const json: Answering =
  (body, status = 200, headers = {}) =>
  (_, res) =>
    res
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(JSON.stringify(body))

/** Takes the question and never says anything. */
export const silence: RequestListener = () => {}

/** A service on this machine that answers as it is told and remembers what it was asked. */
export const openStub = async (first: RequestListener) => {
  let answer = first
  const asked: Asked[] = []
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://stub')
    asked.push({ path: url.pathname, email: url.searchParams.get('email'), headers: req.headers })
    return answer(req, res)
  })
  let sockets = 0
  server.on('connection', () => sockets++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v2/find`,
    port,
    asked,
    sockets: () => sockets,
    answers: (next: RequestListener) => {
      answer = next
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type Stub = Awaited<ReturnType<typeof openStub>>
