import { addressSchema } from '../address.ts'
import type { Instant } from '../event.ts'
import type { Locale } from './events.ts'
import { isInviteExpiryInRange } from './issue-invite.ts'

/** What a line of a list may say. Whatever other columns there are is not looked at. */
export const importColumns = ['email', 'role', 'locale', 'expiry'] as const
export type ImportColumn = (typeof importColumns)[number]

/** `issuable`: nothing speaks against it yet. The last four are final before anything is tried. */
export const importOutcomes = [
  'issuable',
  'issued',
  'refused',
  'already-open',
  'already-registered',
  'duplicate',
  'invalid',
] as const
export type ImportOutcome = (typeof importOutcomes)[number]

/** Why a line was not taken, by a stable code: clients key on it. */
export const importCodes = [
  'address_missing',
  'address_malformed',
  'address_too_long',
  'address_duplicate',
  'role_unknown',
  'locale_unknown',
  'expiry_malformed',
  'invite_expiry_out_of_range',
  'invite_already_open',
  'email_already_registered',
  'not_allowed',
] as const
export type ImportCode = (typeof importCodes)[number]

export type ImportLine = {
  /** Where it stands in the list; the first line is 1. */
  readonly line: number
  /** Canonical, or as it was written where it is no address. */
  readonly email: string
  /** Null as with the other two: as invites are when nothing is said. */
  readonly role: 'member' | 'auditor' | null
  readonly locale: Locale | null
  readonly expiresAt: Instant | null
  readonly inviteId: string | null
  readonly outcome: ImportOutcome
  readonly code: ImportCode | null
  /** For a duplicate: the line that names the address first. */
  readonly firstLine: number | null
}

const HEADINGS: Readonly<Record<ImportColumn, RegExp>> = {
  email:
    /^(?:e-?mail|mail|(?:e-?mail )?address|e-?mail addresses|(?:электронная |эл\. ?)?почта|(?:электронный )?адрес(?: почты| электронной почты)?)$/,
  role: /^(?:role|роль)$/,
  locale: /^(?:locale|lang(?:uage)?|язык)$/,
  expiry:
    /^(?:expiry|expires(?: ?at| ?in)?|valid(?: ?until| ?for)?|until|days|срок(?: действия)?|действует до|до|истекает|дней)$/,
}

const ROLES: Readonly<Record<string, 'member' | 'auditor'>> = {
  member: 'member',
  auditor: 'auditor',
  участник: 'member',
  аудитор: 'auditor',
}
const LOCALES: Readonly<Record<string, Locale>> = {
  en: 'en',
  english: 'en',
  английский: 'en',
  ru: 'ru',
  russian: 'ru',
  русский: 'ru',
}

const word = (cell: string): string =>
  cell
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, ' ')

/** Which column stands where, if this is a heading: it names the address, and holds none. */
export const readHeading = (cells: readonly string[]): Partial<Record<ImportColumn, number>> | null => {
  const found: Partial<Record<ImportColumn, number>> = {}
  for (const [place, cell] of cells.entries()) {
    const column = importColumns.find((one) => HEADINGS[one].test(word(cell)))
    if (column !== undefined && found[column] === undefined) found[column] = place
  }
  return found.email === undefined || cells.some((cell) => cell.includes('@')) ? null : found
}

/** Without a heading only the address counts: the first cell that looks like one. */
export const cellsByColumn = (
  cells: readonly string[],
  heading: Partial<Record<ImportColumn, number>> | null,
): Readonly<Record<ImportColumn, string>> => {
  const at = (place: number | undefined) => (place === undefined ? '' : (cells[place] ?? '').trim())
  if (heading === null) {
    return {
      email: (cells.find((cell) => cell.includes('@')) ?? cells[0] ?? '').trim(),
      role: '',
      locale: '',
      expiry: '',
    }
  }
  return {
    email: at(heading.email),
    role: at(heading.role),
    locale: at(heading.locale),
    expiry: at(heading.expiry),
  }
}

const MAX_SHOWN = 254
const DAY_MS = 86_400_000
const UNIT_MS = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000 } as const

/** `7d`, `30` (days), `2026-12-31` and `31.12.2026` (to the end of that day), or an instant. */
const readExpiry = (text: string, now: Instant): Instant | null => {
  const [, count, unit = 'd'] = /^(\d{1,6})([smhd])?$/i.exec(text) ?? []
  if (count !== undefined) {
    const ms = Number(count) * UNIT_MS[unit.toLowerCase() as keyof typeof UNIT_MS]
    return new Date(Date.parse(now) + ms).toISOString()
  }
  const [, d, m, y] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? []
  const date = y === undefined ? text : `${y}-${m?.padStart(2, '0')}-${d?.padStart(2, '0')}`
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(date)
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/.test(date)) return null
  const at = new Date(isDay ? `${date}T23:59:59.999Z` : date)
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(date.slice(0, 10))) return null
  return at.toISOString()
}

/** What a line wishes, judged by itself alone. What it may not say decides before what it lacks. */
export const readImportLine = (
  line: number,
  { email, role, locale, expiry }: Readonly<Record<ImportColumn, string>>,
  now: Instant,
): ImportLine => {
  const address = addressSchema.safeParse(email)
  const expiresAt = expiry === '' ? null : readExpiry(expiry, now)
  const known = {
    line,
    email: address.data ?? email.slice(0, MAX_SHOWN),
    role: ROLES[role.toLowerCase()] ?? null,
    locale: LOCALES[locale.toLowerCase()] ?? null,
    expiresAt,
    inviteId: null,
    firstLine: null,
  }
  const invalid = (code: ImportCode): ImportLine => ({ ...known, outcome: 'invalid', code })
  if (!address.success) return invalid(address.error.issues[0]?.message as ImportCode)
  if (role !== '' && known.role === null) return invalid('role_unknown')
  if (locale !== '' && known.locale === null) return invalid('locale_unknown')
  if (expiry !== '' && expiresAt === null) return invalid('expiry_malformed')
  if (expiresAt !== null && !isInviteExpiryInRange(expiresAt, now))
    return invalid('invite_expiry_out_of_range')
  return { ...known, outcome: 'issuable', code: null }
}
