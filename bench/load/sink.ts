import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

/** What was mailed to somebody and is to be done with: an invite's token, a code, or nothing of the kind. */
export type Arrived = { readonly to: string; readonly token: string | null; readonly code: string | null }

/** A mail server that takes everything, in a process of its own. */
export const runSink = async (): Promise<void> => {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? '' // gone once it is done
        done()
        void PostalMime.parse(Buffer.concat(chunks)).then(({ text = '' }) => {
          const arrived: Arrived = {
            to,
            token: /\/invites\/([\w.~-]+)/.exec(text)?.[1] ?? null,
            code: /^Code: (\d{6})\s*$/m.exec(text)?.[1] ?? null,
          }
          process.send?.(arrived)
        })
      })
    },
  })
  server.on('error', () => {}) // a client that goes away in the midst of a mail
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.server.address() as AddressInfo).port })
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group: whoever started this one ends it when nothing can come any more.
  process.on('SIGINT', () => {})
}

export const startSink = async (onMail: (mail: Arrived) => void) => {
  const child: ChildProcess = fork(join(import.meta.dirname, 'main.ts'), ['sink'])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  let mails = 0
  child.on('message', (mail: Arrived) => {
    mails++
    onMail(mail)
  })
  return { url: `smtp://127.0.0.1:${port}`, mails: () => mails, stop: () => child.disconnect() }
}
