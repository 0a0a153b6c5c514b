import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What becomes of the next mail, or of whoever comes to bring one. */
export type Trouble =
  | 'none'
  | 'busy (421)'
  | 'later (451)'
  | 'cut in the mail'
  | 'taken, then cut'
  | 'says nothing'
  | 'never ends'

type Taken = {
  readonly id: string
  readonly to: string
  /** Whether the bringer was told so. */
  readonly answered: boolean
}

/** Whose address begins so is nobody here, for good (550). */
export const NOBODY = 'nobody-'

/** More of an answer every so often, and never its end: nobody can say that the line is silent. */
const dawdle = (socket: Socket) => {
  const timer = setInterval(() => socket.write('250-and moreover\r\n'), 20)
  socket.on('close', () => clearInterval(timer))
}

/** A mail server on loopback that is in trouble, as `troubleOf` says for each mail anew; and keeps exact accounts. */
export const startBadSmtp = async (troubleOf: () => Trouble, wanted = 0) => {
  const taken: Taken[] = []
  const troubles: Partial<Record<Trouble, number>> = {}
  let refused = 0
  const sockets = new Set<Socket>()

  const serve = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // cut lines are what is being tested
    let unread = ''
    let to = ''
    let isMail = false
    let trouble: Trouble = 'none'
    const say = (line: string) => socket.write(`${line}\r\n`)
    const meet = () => {
      trouble = troubleOf()
      troubles[trouble] = (troubles[trouble] ?? 0) + 1
    }
    const command = (line: string): unknown => {
      if (/^(EHLO|HELO|RSET|NOOP)/i.test(line)) return say('250 fine')
      if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n')
      if (/^MAIL/i.test(line)) {
        meet()
        if (trouble === 'busy (421)') return socket.end('421 too much to do\r\n')
        return trouble === 'never ends' ? dawdle(socket) : say('250 fine')
      }
      if (/^RCPT/i.test(line)) {
        to = /<(.*)>/.exec(line)?.[1] ?? ''
        if (!to.startsWith(NOBODY)) return say('250 fine')
        refused++
        return say('550 nobody of that name')
      }
      isMail = /^DATA/i.test(line)
      return trouble === 'cut in the mail' ? socket.destroy() : say('354 go on')
    }
    const mail = (text: string): unknown => {
      isMail = false
      if (trouble === 'says nothing') return null
      if (trouble === 'later (451)') return say('451 try again later')
      const id = /^Message-ID: <(.+)@/im.exec(text)?.[1] ?? ''
      const answered = trouble !== 'taken, then cut'
      taken.push({ id, to, answered })
      return answered ? say('250 taken') : socket.destroy()
    }
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1')
      for (;;) {
        const end = isMail ? '\r\n.\r\n' : '\r\n'
        const at = unread.indexOf(end)
        if (at < 0) return
        const text = unread.slice(0, at)
        unread = unread.slice(at + end.length)
        if (isMail) mail(text)
        else command(text)
      }
    })
    say('220 mail.test ESMTP')
  }

  const server = createServer(serve)
  const open = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve)
    })
  await open(wanted)
  const { port } = server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    taken,
    troubles,
    refused: () => refused,
    /** Nobody is at home any more; `open` ends that. */
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
    open: () => open(port),
  }
}
