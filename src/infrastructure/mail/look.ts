import type { Locale } from '../../domain/invites/events.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'
import { PINE, type Shades, shadesOf } from '../../domain/settings/accent.ts'
import type { InForce } from '../../domain/settings/in-force.ts'
import type { Logo } from '../../domain/settings/logo.ts'
import { mailParts, mailTextName } from '../../domain/settings/names.ts'
import { type MailTexts, mailWords } from './texts.ts'

/** How mails look and what they say, as admins have it at a moment. */
export type MailLook = {
  readonly publicUrl: string
  /** Whose mails these are. */
  readonly service: string
  /** What stands before the sender's address; null where `MAIL_FROM` has the say. */
  readonly senderName: string | null
  readonly logoUrl: string | null
  readonly light: Shades
  readonly dark: Shades
  readonly textsOf: (template: MailTemplate, locale: Locale) => MailTexts
}

/** Mails under the settings in force. `logoPath` is where the service shows its logo. */
export const mailLook = (
  { settings, brand }: InForce,
  publicUrl: string,
  logoPath: (logo: Logo) => string,
): MailLook => ({
  publicUrl,
  service: brand.name,
  senderName: settings.get('brand.name')?.source === 'history' ? brand.name : null,
  logoUrl: brand.logo && `${publicUrl}${logoPath(brand.logo)}`,
  ...(brand.accent === null ? PINE : shadesOf(brand.accent)),
  textsOf(template, locale) {
    const builtIn = mailWords[locale].templates[template]
    const ours = mailParts.map((part) => [
      part,
      settings.get(mailTextName(template, locale, part))?.value ?? builtIn[part],
    ])
    return Object.fromEntries(ours) as MailTexts
  },
})
