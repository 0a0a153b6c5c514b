import type { Refusal } from '../../domain/decision.ts'
import { type MailPart, readMailTextName, type SettingName } from '../../domain/settings/names.ts'
import type { ValueProblem } from '../../domain/settings/values.ts'
import { mailName } from './event-words.ts'
import type { Ctx, FieldError, Kit } from './kit.ts'
import type { TextKey } from './texts/en.ts'
import { duration } from './words.ts'

type PlainName = Exclude<SettingName, `mail.${string}`>

type Words = {
  readonly label: TextKey
  readonly hint: TextKey
  /** What the values are called, where there are only so many. */
  readonly values?: Readonly<Record<string, TextKey>>
}

const words: Readonly<Record<PlainName, Words>> = {
  'registration.mode': {
    label: 'settings.mode',
    hint: 'settings.mode.hint',
    values: {
      open: 'settings.mode.open',
      referral: 'settings.mode.referral',
      invite: 'settings.mode.invite',
    },
  },
  'invite.lifetime': { label: 'settings.lifetime', hint: 'settings.lifetime.hint' },
  'invite.role': {
    label: 'admin.role',
    hint: 'settings.role.hint',
    values: { member: 'role.member', auditor: 'role.auditor' },
  },
  'invite.language': {
    label: 'settings.language',
    hint: 'settings.language.hint',
    values: {
      sender: 'settings.language.sender',
      en: 'settings.language.en',
      ru: 'settings.language.ru',
    },
  },
  'brand.name': { label: 'settings.brandName', hint: 'settings.brandName.hint' },
  'brand.accent': { label: 'settings.accent', hint: 'settings.accent.hint' },
  'brand.logo': { label: 'settings.logo', hint: 'settings.logo.hint' },
}

const parts: Readonly<Record<MailPart, TextKey>> = {
  subject: 'settings.part.subject',
  lead: 'settings.part.lead',
  action: 'settings.part.action',
  closing: 'settings.part.closing',
}

const languageNames: Readonly<Record<string, TextKey>> = {
  en: 'settings.language.en',
  ru: 'settings.language.ru',
}

const plainWords = (name: SettingName): Words | null =>
  Object.hasOwn(words, name) ? words[name as PlainName] : null

/** What a setting is called beside its field. */
export const labelOf = ({ t }: Pick<Kit, 't'>, ctx: Ctx, name: SettingName): string => {
  const text = readMailTextName(name)
  return t(ctx, text ? parts[text.part] : words[name as PlainName].label)
}

/** What a setting is called where others stand beside it. */
export const fullNameOf = (kit: Pick<Kit, 't'>, ctx: Ctx, name: SettingName): string => {
  const text = readMailTextName(name)
  if (!text) return labelOf(kit, ctx, name)
  const language = kit.t(ctx, languageNames[text.locale] ?? 'settings.language.en')
  return `${mailName(ctx.state.locale, text.template)}, ${language}: ${labelOf(kit, ctx, name)}`
}

export const hintOf = ({ t }: Kit, ctx: Ctx, name: SettingName): string | null => {
  const hint = plainWords(name)?.hint
  return hint ? t(ctx, hint) : null
}

/** The values that a setting can have, with what they are called; null where it can have any. */
export const choicesOf = ({ t }: Kit, ctx: Ctx, name: SettingName) => {
  const values = plainWords(name)?.values
  return values ? Object.entries(values).map(([value, key]) => ({ value, label: t(ctx, key) })) : null
}

/** A value as people read it. */
export const shownValue = (kit: Kit, ctx: Ctx, name: SettingName, value: string | null): string => {
  if (value === null) return kit.t(ctx, 'settings.default')
  if (name === 'brand.logo') return kit.t(ctx, 'settings.logo.picture')
  if (name === 'invite.lifetime') return duration(ctx.state.locale, value)
  return choicesOf(kit, ctx, name)?.find((choice) => choice.value === value)?.label ?? value
}

/** A refusal that is about a value stands beside its field; any other is a problem of the whole page. */
export const valueError = (kit: Kit, ctx: Ctx, refusal: Refusal): FieldError | null => {
  if (refusal.code !== 'setting_invalid') return null
  const { setting, reason, ...details } = refusal.details as unknown as ValueProblem & {
    readonly setting: SettingName
  }
  return {
    field: setting,
    label: labelOf(kit, ctx, setting),
    message: kit.t(ctx, `settings.wrong.${reason}`, { ...details, braced: `{${details.placeholder}}` }),
  }
}
