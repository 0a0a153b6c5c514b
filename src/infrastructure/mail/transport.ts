import type { Mail } from './render.ts'

/** Hands a mail over. Resolves once the other side has taken it; throws MailRefused, or anything else to be tried again. */
export type MailTransport = {
  readonly send: (mail: Mail) => Promise<void>
  readonly close: () => Promise<void>
}

/** The receiving server said no for good (SMTP 5yz): trying again would only annoy it. `reason` is a short code. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`mail refused: ${reason}`, options)
    this.reason = reason
  }
}

/** Prints mails, each as one block: the default, so that the first walk needs no mail server. */
export const consoleTransport = (write: (text: string) => void): MailTransport => ({
  async send({ id, to, subject, text }) {
    write(`--- mail ${id}\nTo: ${to}\nSubject: ${subject}\n\n${text.trimEnd()}\n--- end\n`)
  },
  async close() {},
})

/** Keeps mails in memory and writes none: for tests. */
export const captureTransport = (): MailTransport & { readonly mails: Mail[] } => {
  const mails: Mail[] = []
  return {
    mails,
    async send(mail) {
      mails.push(mail)
    },
    async close() {},
  }
}
