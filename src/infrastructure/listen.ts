import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SetupProblem } from './errors.ts'

/** A client that dawdles or floods headers is let go; Node's own defaults are minutes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16_384,
}

export const openHttpServer = (answer: RequestListener): Server => createServer(LIMITS, answer)

export const listen = (server: Server, host: string, port: number): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'EADDRINUSE'
          ? `Port ${port} of ${host} is in use. End the other program, or set PORT.`
          : `Cannot listen on ${host}:${port} (${error.code}). Check HOST and PORT.`
      reject(new SetupProblem(hint, { cause: error }))
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
