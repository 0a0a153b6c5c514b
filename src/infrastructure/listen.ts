import { existsSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupProblem } from './errors.ts'

/** A client that dawdles or floods headers is let go; Node's own defaults are minutes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Longer than the minute for which nginx keeps a connection to use again: whoever may be asked next does not hang up first. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16_384,
}

export const openHttpServer = (answer: RequestListener): Server => createServer(LIMITS, answer)

/** Of the descriptors that this process may have, so many are for the database, mail and all else. */
const KEPT_DESCRIPTORS = 64
const LEAST_CONNECTIONS = 8
const LIMITS_OF_PROCESS = '/proc/self/limits'
const TELL_EVERY_MS = 10_000

/** How many connections this process can hold and still open a file; null where the system does not say. */
const connectionLimit = (): number | null => {
  if (!existsSync(LIMITS_OF_PROCESS)) return null
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync(LIMITS_OF_PROCESS, 'utf8')) ?? []
  return soft === undefined ? null : Math.max(Number(soft) - KEPT_DESCRIPTORS, LEAST_CONNECTIONS)
}

type Log = { readonly error: (fields: object, message: string) => void }

/** Out of descriptors the system would cut whoever comes without a word to anybody, and the database would fail too. */
export const limitConnections = (server: Server, log: Log): void => {
  const limit = connectionLimit()
  if (limit === null) return
  server.maxConnections = limit
  let toldAt = Number.NEGATIVE_INFINITY
  let turnedAway = 0
  server.on('drop', () => {
    turnedAway++
    if (performance.now() - toldAt < TELL_EVERY_MS) return
    toldAt = performance.now()
    log.error(
      { limit, turnedAway },
      'more connections than this process may hold: who comes now is turned away. Raise its limit of open files',
    )
  })
}

/** So many may have connected before they are accepted. Whoever finds no room knocks again a second later, then after two more. */
const BACKLOG = 2048

/** `setting` is what an operator can set where the port is taken. */
export const listen = (server: Server, host: string, port: number, setting = 'PORT'): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'EADDRINUSE'
          ? `Port ${port} of ${host} is in use. End the other program, or set ${setting}.`
          : `Cannot listen on ${host}:${port} (${error.code}). Check HOST and ${setting}.`
      reject(new SetupProblem(hint, { cause: error }))
    })
    server.listen({ port, host, backlog: BACKLOG }, () => resolve(server.address() as AddressInfo))
  })

const LAST_CALL_MS = 500
const LOOK_EVERY_MS = 10
/** Well within the ten seconds after which the process ends whatever it is at. */
const PATIENCE_MS = 7000

/** Waits until every connection is gone, but not for long: some are kept alive by clients that have nothing to ask. */
export const untilAlone = async (server: Server): Promise<void> => {
  const open = () =>
    new Promise<number>((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)))
  const deadline = performance.now() + LAST_CALL_MS
  while ((await open()) > 0 && performance.now() < deadline) await sleep(LOOK_EVERY_MS)
}

/** Accepts nobody any more and finishes the requests in hand; who takes too long over one is cut off. */
export const stopListening = async (server: Server): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), PATIENCE_MS)
  await closed
  clearTimeout(cut)
}
