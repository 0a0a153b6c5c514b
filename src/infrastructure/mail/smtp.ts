import { createTransport } from 'nodemailer'
import { canonicalAddress } from '../../domain/address.ts'
import { MailRefused, type MailTransport } from './transport.ts'

const LIMITS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  /** For one mail from first to last, waiting for a connection included: shorter than the outbox's lease. */
  deadline: 90_000,
}
const MAX_CONNECTIONS = 4

/** A no to this mail or its receiver. A no to ourselves (a wrong password, no service today) is no fault of the mail. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE'])

const refusalCode = (error: unknown): number | null => {
  if (typeof error !== 'object' || error === null || !('responseCode' in error) || !('code' in error))
    return null
  const status = Number(error.responseCode)
  return ABOUT_THE_MAIL.has(String(error.code)) && status >= 500 && status < 600 ? status : null
}

/** SMTP through nodemailer; `smtp://user:password@host:port`, STARTTLS where offered, `smtps://` for TLS at once. */
export const smtpTransport = (
  url: string,
  from: string,
  publicUrl: string,
  limits: Partial<typeof LIMITS> = {},
): MailTransport => {
  const { deadline, ...timeouts } = { ...LIMITS, ...limits }
  const transporter = createTransport({ url, pool: true, maxConnections: MAX_CONNECTIONS, ...timeouts })
  const host = new URL(publicUrl).hostname
  const sender = { name: nameIn(from), address: envelopeAddress(from) }
  return {
    async send({ id, to, subject, text, html, senderName }) {
      // nodemailer reads a comma in an address as a second receiver, even in an envelope; so only one plain address goes in.
      if (canonicalAddress(to) !== to) throw new MailRefused('address_malformed')
      try {
        await transporter.sendMail({
          from: { ...sender, name: senderName ?? sender.name },
          to: { name: '', address: to },
          envelope: { from: sender.address, to: [to] },
          subject,
          text,
          html,
          // The same mail tried again bears the same id, so that receivers can tell a repeat from a new one.
          messageId: `<${id}@${host}>`,
          // A machine wrote it: nobody's out-of-office answer is wanted (RFC 3834; Exchange has a header of its own).
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          signal: AbortSignal.timeout(deadline),
        })
      } catch (error) {
        const status = refusalCode(error)
        if (status !== null) throw new MailRefused(`smtp_${status}`, { cause: error })
        throw error
      }
    },
    async close() {
      transporter.close()
    },
  }
}

const BRACKETED = /<([^<>]+)>\s*$/

/** `Latchkey <no-reply@example.org>` → `no-reply@example.org`. */
export const envelopeAddress = (from: string): string => BRACKETED.exec(from)?.[1] ?? from.trim()
const nameIn = (from: string): string => from.slice(0, BRACKETED.exec(from)?.index ?? 0).trim()
