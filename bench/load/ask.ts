import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export type Asked = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Question = {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
  readonly csv?: string
}

export type Ask = (method: string, path: string, question?: Question) => Promise<Asked>

/** Who has heard nothing by then has gone. */
const PATIENCE_MS = 15_000
const MAX_CONNECTIONS = 1500
/** Well before the service lets go of a connection that nothing comes over. */
const IDLE_MS = 2000

const bodyOf = ({ json, form, csv }: Question): readonly [string, string] | null => {
  if (json) return ['application/json', JSON.stringify(json)]
  if (form) return ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
  return csv === undefined ? null : ['text/csv', csv]
}

/** Asks over connections that are kept; rejects where there is no answer. */
export const openAsk = (port: number): { readonly ask: Ask; readonly close: () => void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS })
  const ask: Ask = (method, path, question = {}) =>
    new Promise((resolve, reject) => {
      const sent = bodyOf(question)
      const asked = request(
        {
          port,
          host: '127.0.0.1',
          method,
          path,
          agent,
          headers: {
            ...question.headers,
            ...(sent ? { 'content-type': sent[0], 'content-length': Buffer.byteLength(sent[1]) } : {}),
          },
        },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            body += chunk
          })
          answer.on('error', reject)
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
        },
      )
      asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error('no answer')))
      asked.on('error', reject)
      asked.end(sent?.[1])
    })
  return { ask, close: () => agent.destroy() }
}

export const jsonOf = ({ body }: Asked): Readonly<Record<string, unknown>> =>
  JSON.parse(body) as Readonly<Record<string, unknown>>

/** What a browser would send back. */
export const cookiesOf = ({ headers }: Asked): string =>
  (headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '').join('; ')
