import { z } from 'zod'
import { eventType, type Tag } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const mailTag = (mailId: string): Tag => `mail:${mailId}`

export const mailTemplates = [
  'invite',
  'first-password',
  'sign-in-link',
  'password-changed',
  'verification',
  'address-taken',
  'email-changed',
  'password-reset',
  'new-device',
  'referral-code',
  'seal-kept',
] as const
export type MailTemplate = (typeof mailTemplates)[number]

const mail = {
  mailId: z.ulid(),
  /** One of `mailTemplates`; any name on disk, so that a new kind of mail is no new kind of event. */
  template: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
  /** The tag of the invite or user that the mail is about. */
  about: z.templateLiteral([z.enum(['invite', 'user']), ':', z.string()]),
}
const settled = { ...mail, attempts: z.int().positive() }
const tags = ({ mailId, about }: { mailId: string; about: Tag }): Tag[] => [mailTag(mailId), about]

/** The newer version only allows more than the older one did. */
const asItWas = (data: Record<string, unknown>) => data

export const mailEvents = {
  /** The receiving server took it. */
  MailSent: eventType({ version: 2, upcasts: { 1: asItWas }, schema: z.strictObject(settled), tags }),
  /** Given up: refused for good, or tried too often. `reason` is a short code, never the server's words. */
  MailFailed: eventType({
    version: 2,
    upcasts: { 1: asItWas },
    schema: z.strictObject({ ...settled, reason: z.string().max(40) }),
    tags,
  }),
  /** An admin wants it tried again: it is queued as if it were new, and its tries are counted anew. */
  MailRetried: eventType({ schema: z.strictObject(mail), tags }),
} as const
