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
export type Mood = 'accept' | 'refuse for good' | 'refuse for now' | 'drop the connection' | 'stall'

/** A real SMTP server on loopback whose mood can be set. */
export const startSmtp = async (port = 0) => {
  const received: Received[] = []
  let mood: Mood = 'accept'
  let tries = 0
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      tries++
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (mood === 'drop the connection') stream.destroy()
      })
      stream.on('close', () => {
        if (mood === 'drop the connection') for (const connection of server.connections) connection.close()
      })
      stream.on('end', () => {
        const answer = (code: number, text: string) =>
          done(Object.assign(new Error(text), { responseCode: code }))
        if (mood === 'refuse for good') return answer(550, 'no such user')
        if (mood === 'refuse for now') return answer(451, 'try again later')
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
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    port: (server.server.address() as AddressInfo).port,
    received,
    tries: () => tries,
    be: (next: Mood) => {
      mood = next
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
