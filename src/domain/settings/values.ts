import { z } from 'zod'
import { readDuration } from '../duration.ts'
import { invitableRoleSchema, localeSchema } from '../invites/events.ts'
import { MAX_INVITE_DAYS } from '../invites/issue-invite.ts'
import { INVISIBLE, LINK_LIKE } from '../words.ts'
import { paleness } from './accent.ts'
import { logoProblem } from './logo.ts'
import { placeholdersOf, unknownPlaceholder } from './mail-text.ts'
import { type MailPart, readMailTextName, type SettingName, type settingGroups } from './names.ts'

const DAY_MS = 86_400_000

export const registrationModeSchema = z.enum(['open', 'referral', 'invite'])
/** The language of an invite where nobody names one: a language, or that of whoever invites. */
export const inviteLanguageSchema = z.enum([...localeSchema.options, 'sender'])

export const MAX_BRAND_LENGTH = 40
/** A whole text, and one line of it: mail has no longer lines than 998 bytes. */
const MAX_LENGTHS: Readonly<Record<MailPart, number>> = { subject: 80, lead: 1200, action: 40, closing: 1200 }
const MAX_LINE = 480
export const maxLengthOf = (part: MailPart): number => MAX_LENGTHS[part]

/** Why a value can't be a setting's; all of it may be shown to whoever wished it. */
export type ValueProblem = {
  readonly reason:
    | 'malformed'
    | 'empty'
    | 'too_long'
    | 'line_too_long'
    | 'has_control_characters'
    | 'looks_like_a_link'
    | 'placeholder_unknown'
    | 'too_pale'
    | 'no_picture'
    | 'too_large'
  /** The placeholder that nobody knows, and those that this text may have. */
  readonly placeholder?: string
  readonly known?: string
  /** How far an accent stands from what it stands on, how far it must, and the nearest that does. */
  readonly contrast?: string
  readonly needed?: string
  readonly nearest?: string
}
const because = (reason: ValueProblem['reason']): ValueProblem => ({ reason })

const oneOf =
  (schema: z.ZodEnum) =>
  (value: string): ValueProblem | null =>
    schema.safeParse(value).success ? null : because('malformed')

/** What stands in front of people, written by an admin: nothing invisible, nothing that a program makes a link of. */
const wordsProblem = (text: string, max: number): ValueProblem | null => {
  if (text.trim() === '') return because('empty')
  if (text.length > max) return because('too_long')
  if (INVISIBLE.test(text)) return because('has_control_characters')
  return LINK_LIKE.test(text) ? because('looks_like_a_link') : null
}

type Rule = (value: string) => ValueProblem | null

const rules: Readonly<Record<(typeof settingGroups)[keyof typeof settingGroups][number], Rule>> = {
  'registration.mode': oneOf(registrationModeSchema),
  'invite.lifetime': (value) => {
    const ms = readDuration(value)
    return ms !== null && ms <= MAX_INVITE_DAYS * DAY_MS ? null : because('malformed')
  },
  'invite.role': oneOf(invitableRoleSchema),
  'invite.language': oneOf(inviteLanguageSchema),
  'brand.name': (value) => wordsProblem(value, MAX_BRAND_LENGTH),
  'brand.accent': (value) => {
    if (!/^#[0-9a-f]{6}$/.test(value)) return because('malformed')
    const pale = paleness(value)
    return pale ? { reason: 'too_pale', ...pale } : null
  },
  'brand.logo': (value) => {
    const problem = logoProblem(value)
    return problem ? because(problem) : null
  },
}

const mailTextProblem = (
  { template, part }: NonNullable<ReturnType<typeof readMailTextName>>,
  value: string,
): ValueProblem | null => {
  const isLong = part === 'lead' || part === 'closing'
  const lines = isLong ? value.split('\n').filter((line) => line.trim() !== '') : [value]
  if (value.trim() === '') return because('empty')
  if (value.length > maxLengthOf(part)) return because('too_long')
  for (const line of lines) {
    const problem = wordsProblem(line, MAX_LINE)
    if (problem) return problem.reason === 'too_long' ? because('line_too_long') : problem
  }
  const unknown = unknownPlaceholder(template, part, value)
  if (unknown === null) return null
  return {
    reason: 'placeholder_unknown',
    placeholder: unknown.slice(0, MAX_BRAND_LENGTH),
    known: placeholdersOf(template, part)
      .map((name) => `{${name}}`)
      .join(', '),
  }
}

/** What is wrong with a value for a setting; null for nothing. */
export const valueProblem = (setting: SettingName, value: string): ValueProblem | null => {
  const text = readMailTextName(setting)
  return text ? mailTextProblem(text, value) : rules[setting as keyof typeof rules](value)
}
