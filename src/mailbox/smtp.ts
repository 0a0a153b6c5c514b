import { callbackify } from 'node:util'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import { canonicalAddress } from '../domain/address.ts'
import type { Letter } from './letters.ts'

const MAX_BYTES = 5 * 1024 * 1024
const MAX_CLIENTS = 50
const SOCKET_TIMEOUT_MS = 60_000
/** A sender in the midst of a mail gets this long to finish it when the sink stops. */
const CLOSE_TIMEOUT_MS = 3000

const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })

/** The whole mail, or null if it is too large: then the rest is read and dropped, as SMTP wants it. */
const bytesOf = async (stream: SMTPServerDataStream): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  return size <= MAX_BYTES ? Buffer.concat(chunks) : null
}

type Parts = {
  readonly newId: () => string
  readonly now: () => string
  readonly deliver: (letter: Letter) => void
}

/** Takes every mail and sends none on: no sign-in, no encryption; meant for one's own machine. */
export const smtpSink = ({ newId, now, deliver }: Parts): SMTPServer => {
  const take = async (stream: SMTPServerDataStream, receivers: readonly string[]): Promise<void> => {
    const raw = await bytesOf(stream)
    if (raw === null) throw reply(552, `mails of more than ${MAX_BYTES} bytes are not taken`)
    const {
      subject = '',
      text = '',
      html = '',
    } = await PostalMime.parse(raw).catch(() => {
      throw reply(554, 'this is no mail that can be read')
    })
    for (const address of new Set(receivers.map((one) => canonicalAddress(one) ?? one.toLowerCase()))) {
      deliver({ id: newId(), to: address, subject, text, html, receivedAt: now() })
    }
  }
  return new SMTPServer({
    banner: 'Latchkey mailbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAX_BYTES,
    maxClients: MAX_CLIENTS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    disableReverseLookup: true,
    logger: false,
    onData(stream, { envelope }, done) {
      callbackify(take)(
        stream,
        envelope.rcptTo.map(({ address }) => address),
        (error) => done(error),
      )
    },
  })
}
