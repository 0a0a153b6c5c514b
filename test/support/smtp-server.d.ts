declare module 'smtp-server' {
  import type { Server } from 'node:net'
  import type { Readable } from 'node:stream'

  type Address = { address: string }

  /** As much of smtp-server as the tests use; the package ships no types. */
  export class SMTPServer {
    constructor(options: {
      disabledCommands: string[]
      logger: boolean
      onData: (
        stream: Readable,
        session: { envelope: { mailFrom: Address | false; rcptTo: Address[] } },
        done: (error?: Error) => void,
      ) => void
    })
    readonly server: Server
    readonly connections: Set<{ close: () => void }>
    on(event: 'error', listener: (error: Error) => void): this
    listen(port: number, host: string, listening: () => void): void
    close(closed: () => void): void
  }
}
