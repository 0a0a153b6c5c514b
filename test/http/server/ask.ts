import { request as httpRequest } from 'node:http'

export type Raw = { status: number | undefined; headers: Record<string, unknown>; body: string }

/** With headers that `fetch` sets itself, such as Host. */
export const ask = (
  base: string,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(base + path, { method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    request.on('error', reject).end()
  })
