import { z } from 'zod'
import { canonicalAddress } from '../../domain/address.ts'
import { type Locale, localeSchema } from '../../domain/invites/events.ts'
import { MAX_INVITE_DAYS } from '../../domain/invites/issue-invite.ts'
import { inviteLocale } from '../../domain/settings/in-force.ts'
import type { House } from '../house.ts'
import type { Fields } from './kit.ts'

const DAY_MS = 86_400_000
const MAX_LINES = 1000

/** The form for many invites as it was typed. */
export type Draft = {
  readonly addresses: string
  readonly role: string
  readonly locale: string
  readonly days: string
}

export const emptyDraft = (house: House, locale: Locale): Draft => {
  const inForce = house.inForce.known()
  return {
    addresses: '',
    role: inForce.inviteRole,
    locale: inviteLocale(inForce, locale),
    days: String(Math.max(1, Math.round(inForce.inviteTtlMs / DAY_MS))),
  }
}

export const draftOf = (house: House, locale: Locale, fields: Fields): Draft => {
  const empty = emptyDraft(house, locale)
  return {
    addresses: fields['addresses'] ?? '',
    role: fields['role'] ?? empty.role,
    locale: fields['locale'] ?? empty.locale,
    days: fields['days'] ?? empty.days,
  }
}

/** Addresses as they were typed, each once however it is spelled. */
const linesOf = (text: string): string[] => {
  const lines = text
    .split(/[\r\n,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return [...new Map(lines.map((line) => [canonicalAddress(line) ?? line, line])).values()]
}

const wishSchema = z.object({
  role: z.enum(['member', 'auditor']),
  locale: localeSchema,
  days: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((days) => days >= 1 && days <= MAX_INVITE_DAYS),
  addresses: z
    .string()
    .transform(linesOf)
    .refine((lines) => lines.length > 0),
})

export type Wish = {
  readonly lines: readonly string[]
  /** Lines beyond what one form may carry; they stay in the box. */
  readonly rest: readonly string[]
  readonly role: 'member' | 'auditor'
  readonly locale: Locale
  readonly ttlMs: number
}

/** What the form asks for, or the names of the fields that are wrong. */
export const readWish = (draft: Draft): Wish | { readonly wrong: readonly (keyof Draft)[] } => {
  const parsed = wishSchema.safeParse(draft)
  if (!parsed.success) return { wrong: parsed.error.issues.map(({ path }) => path[0] as keyof Draft) }
  const { addresses, role, locale, days } = parsed.data
  return {
    lines: addresses.slice(0, MAX_LINES),
    rest: addresses.slice(MAX_LINES),
    role,
    locale,
    ttlMs: days * DAY_MS,
  }
}
