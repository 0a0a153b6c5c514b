import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../infrastructure/clock.ts'
import { SetupProblem } from '../infrastructure/errors.ts'
import { randomIds } from '../infrastructure/ids.ts'
import { Letters } from './letters.ts'
import { type Log, mailboxServer } from './pages.ts'
import { smtpSink } from './smtp.ts'

export type MailboxOptions = {
  readonly host: string
  readonly smtpPort: number
  readonly port: number
  /** How many mails each address keeps. */
  readonly keep: number
  readonly log: Log
  readonly clock?: Clock
}

/** A mail server that keeps what it gets, and the page where it can be read. It knows no database and no settings. */
export type Mailbox = {
  readonly smtpUrl: string
  readonly address: string
  /** Takes nothing new, finishes what was begun; what was kept is gone. */
  readonly close: () => Promise<void>
}

type Listening = {
  readonly listen: (port: number, host: string, then: () => void) => unknown
  readonly once: (event: 'error', then: (error: NodeJS.ErrnoException) => void) => unknown
}

const listening = (server: Listening, host: string, port: number, option: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const hint =
        error.code === 'EADDRINUSE'
          ? `Port ${port} of ${host} is in use. End the other program, or give --${option}.`
          : `Cannot listen on ${host}:${port} (${error.code}). Check --host and --${option}.`
      reject(new SetupProblem(hint, { cause: error }))
    })
    server.listen(port, host, () => resolve())
  })

const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port

export const openMailbox = async (options: MailboxOptions): Promise<Mailbox> => {
  const { host, smtpPort, port, keep, log, clock = systemClock } = options
  const named = host.includes(':') ? `[${host}]` : host
  const newId = randomIds(clock)
  const letters = new Letters(keep)
  const smtp = smtpSink({ newId, now: clock, deliver: (letter) => letters.add(letter) })
  const http = createServer()
  const closeSmtp = () => new Promise<void>((resolve) => smtp.close(() => resolve()))

  await listening(smtp, host, smtpPort, 'smtp-port')
  smtp.on('error', (error: Error) => log.error({ err: error }, 'a mail could not be received'))
  try {
    await listening(http, host, port, 'port')
  } catch (error) {
    await closeSmtp()
    throw error
  }
  const address = `http://${named}:${portOf(http)}`
  const answer = mailboxServer({ letters, publicUrl: address, newId, log }).callback()
  http.on('request', (req, res) => void answer(req, res))
  return {
    smtpUrl: `smtp://${named}:${portOf(smtp.server)}`,
    address,
    async close() {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeIdleConnections()
      await Promise.all([closed, closeSmtp()])
    },
  }
}
