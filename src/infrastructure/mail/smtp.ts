import { createTransport } from 'nodemailer'
import { MailRefused, type MailTransport } from './transport.ts'

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }
const MAX_CONNECTIONS = 4

const responseCode = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'responseCode' in error ? Number(error.responseCode) : 0

/** SMTP through nodemailer; `smtp://user:password@host:port`, STARTTLS where offered, `smtps://` for TLS at once. */
export const smtpTransport = (
  url: string,
  from: string,
  publicUrl: string,
  timeouts = TIMEOUTS,
): MailTransport => {
  const transporter = createTransport({ url, pool: true, maxConnections: MAX_CONNECTIONS, ...timeouts })
  const host = new URL(publicUrl).hostname
  return {
    async send({ id, to, subject, text, html }) {
      try {
        await transporter.sendMail({
          from,
          // An address object and an explicit envelope: a string would be parsed, and a comma in it be a second receiver.
          to: { name: '', address: to },
          envelope: { from: envelopeAddress(from), to: [to] },
          subject,
          text,
          html,
          // The same mail tried again bears the same id, so that receivers can tell a repeat from a new one.
          messageId: `<${id}@${host}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        const code = responseCode(error)
        if (code >= 500 && code < 600) throw new MailRefused(`smtp_${code}`, { cause: error })
        throw error
      }
    },
    async close() {
      transporter.close()
    },
  }
}

/** `Latchkey <no-reply@example.org>` → `no-reply@example.org`. */
export const envelopeAddress = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim()
