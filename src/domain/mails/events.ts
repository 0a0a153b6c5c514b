import { z } from 'zod'
import { eventType, type Tag } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const mailTag = (mailId: string): Tag => `mail:${mailId}`

export const mailTemplateSchema = z.enum(['invite', 'first-password', 'sign-in-link', 'password-changed'])
export type MailTemplate = z.infer<typeof mailTemplateSchema>

const mail = {
  mailId: z.ulid(),
  template: mailTemplateSchema,
  /** The tag of the invite or user that the mail is about. */
  about: z.templateLiteral([z.enum(['invite', 'user']), ':', z.string()]),
  attempts: z.int().positive(),
}
const tags = ({ mailId, about }: { mailId: string; about: Tag }): Tag[] => [mailTag(mailId), about]

export const mailEvents = {
  /** The receiving server took it. */
  MailSent: eventType({ schema: z.strictObject(mail), tags }),
  /** Given up: refused for good, or tried too often. `reason` is a short code, never the server's words. */
  MailFailed: eventType({ schema: z.strictObject({ ...mail, reason: z.string().max(40) }), tags }),
} as const
