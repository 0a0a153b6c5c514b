import { type Locale, localeSchema } from '../invites/events.ts'
import { type MailTemplate, mailTemplates } from '../mails/events.ts'

export const mailParts = ['subject', 'lead', 'action', 'closing'] as const
export type MailPart = (typeof mailParts)[number]

export const languages: readonly Locale[] = localeSchema.options

export type MailTextName = `mail.${MailTemplate}.${Locale}.${MailPart}`
export const mailTextName = (template: MailTemplate, locale: Locale, part: MailPart): MailTextName =>
  `mail.${template}.${locale}.${part}`

/** Settings by the page that they stand on. */
export const settingGroups = {
  registration: ['registration.mode'],
  invites: ['invite.lifetime', 'invite.role', 'invite.language'],
  branding: ['brand.name', 'brand.accent', 'brand.logo'],
} as const
export type SettingGroup = keyof typeof settingGroups

const mailTextNames: readonly MailTextName[] = mailTemplates.flatMap((template) =>
  languages.flatMap((locale) => mailParts.map((part) => mailTextName(template, locale, part))),
)

export type SettingName = (typeof settingGroups)[SettingGroup][number] | MailTextName

/** Everything that admins may set; the environment has the rest, and a default for some of these. */
export const settingNames: readonly SettingName[] = [...Object.values(settingGroups).flat(), ...mailTextNames]
const known: ReadonlySet<string> = new Set(settingNames)
export const isSettingName = (name: string): name is SettingName => known.has(name)

/** The parts of a mail text's name; null for another setting. */
export const readMailTextName = (
  name: SettingName,
): { readonly template: MailTemplate; readonly locale: Locale; readonly part: MailPart } | null => {
  const [kind, template, locale, part] = name.split('.')
  return kind === 'mail'
    ? { template: template as MailTemplate, locale: locale as Locale, part: part as MailPart }
    : null
}
