import type { Locale } from '../domain/invites/events.ts'
import type { MailTemplate } from '../domain/mails/events.ts'
import type { InForce } from '../domain/settings/in-force.ts'
import type { MailPart, SettingName } from '../domain/settings/names.ts'
import type { RenderedMail } from './house.ts'

export type MailTexts = Readonly<Record<MailPart, string>>

/** The settings that admins may change: what is in force, and what mails would look like. */
export type InForceDoor = {
  /** As of now, whichever process changed them last. */
  readonly fresh: () => Promise<InForce>
  /** As this process has seen them last; each page asks for them afresh before it is made. */
  readonly known: () => InForce
  /** What the environment keeps to itself. */
  readonly pinned: readonly SettingName[]
  /** What a mail says where no admin has said otherwise. */
  readonly builtInTexts: (template: MailTemplate, locale: Locale) => MailTexts
  /** An example of a mail, with these words; links, codes and passwords in it are masked. */
  readonly exampleMail: (template: MailTemplate, locale: Locale, texts: MailTexts) => RenderedMail
}
