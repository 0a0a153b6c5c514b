import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export type Received = {
  readonly mail: Email
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

/** How the server treats the next mail. */
export type Mood =
  | 'accept'
  | 'refuse for good'
  | 'refuse for now'
  | 'refuse the receiver'
  | 'turn everybody away'
  | 'drop the connection'
  | 'drop after the mail'
  | 'stall'

const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })

type Demands = {
  /** Wanted from whoever wants to send. */
  readonly password?: string
  /** Offers STARTTLS, with a certificate for which nobody vouches. */
  readonly tls?: boolean
}

/** A real SMTP server on loopback whose mood can be set. */
export const startSmtp = async (port = 0, { password, tls = false }: Demands = {}) => {
  const received: Received[] = []
  let mood: Mood = 'accept'
  let tries = 0
  const dropEverybody = () => {
    for (const connection of server.connections) connection.close()
  }
  const server = new SMTPServer({
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(password === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: true,
    closeTimeout: 100,
    logger: false,
    onConnect: (_session, done) =>
      done(mood === 'turn everybody away' ? reply(554, 'no service for you') : null),
    onAuth: (given, _session, done) =>
      given.password === password ? done(null, { user: given.username }) : done(reply(535, 'wrong password')),
    onRcptTo: ({ address }, _session, done) =>
      done(mood === 'refuse the receiver' ? reply(550, `no mailbox ${address} here`) : null),
    onData(stream, session, done) {
      tries++
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (mood === 'drop the connection') stream.destroy()
      })
      stream.on('close', () => {
        if (mood === 'drop the connection') dropEverybody()
      })
      stream.on('end', () => {
        if (mood === 'refuse for good') return done(reply(550, 'no such user'))
        if (mood === 'refuse for now') return done(reply(451, 'try again later'))
        if (mood === 'drop after the mail') return dropEverybody()
        if (mood === 'stall') return
        const raw = Buffer.concat(chunks)
        const { mailFrom, rcptTo } = session.envelope
        void PostalMime.parse(raw).then((mail) => {
          received.push({
            mail,
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: raw.toString(),
          })
          done()
        })
      })
    },
  })
  server.on('error', () => {}) // dropped connections are what is being tested
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  const listening = (server.server.address() as AddressInfo).port
  return {
    url: `smtp://127.0.0.1:${listening}`,
    port: listening,
    received,
    tries: () => tries,
    be: (next: Mood) => {
      mood = next
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
