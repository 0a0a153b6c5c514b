import { z } from 'zod'
import { readDuration } from './domain/duration.ts'
import { MAX_INVITE_DAYS } from './domain/invites/issue-invite.ts'
import { isSettingName } from './domain/settings/names.ts'
import { serviceUrlProblem } from './infrastructure/outside/service-url.ts'
import { MIN_SECRET_BYTES } from './infrastructure/vault/root-secret.ts'

const DAY_MS = 86_400_000

/** `90s`, `10m`, `12h`, `7d` → milliseconds. Nothing here lives longer than an invite may. */
export const durationSchema = z
  .string()
  .transform((text, { issues }) => {
    const ms = readDuration(text)
    if (ms !== null) return ms
    const message = 'must be a number and a unit, such as 90s, 10m, 12h or 7d'
    issues.push({ code: 'custom', input: text, message })
    return z.NEVER
  })
  .refine((ms) => ms <= MAX_INVITE_DAYS * DAY_MS, `must be ${MAX_INVITE_DAYS}d at most`)

/** Names of settings that admins see but don't change, with commas between them. */
export const pinnedSchema = z.string().transform((text, { issues }) => {
  const names = text.split(',').map((one) => one.trim())
  const unknown = names.find((one) => !isSettingName(one))
  if (unknown !== undefined) {
    const message = 'must be names of settings such as registration.mode, with commas between them'
    issues.push({ code: 'custom', input: text, message })
  }
  return names.filter(isSettingName)
})

export const onOff = z.enum(['on', 'off']).transform((value) => value === 'on')

/** HTTP origin and nothing more: what links in mails begin with. */
export const originSchema = z
  .url({ protocol: /^https?$/, error: 'must be a web address such as https://id.example.org', abort: true })
  .refine((url) => new URL(url).href === `${new URL(url).origin}/`, 'must have no path, query or user in it')
  .transform((url) => new URL(url).origin)

export const databaseUrl = z
  .string()
  .regex(
    /^(sqlite:.+|postgres(ql)?:\/\/.+)$/,
    'must be sqlite:FILE or postgres://USER@HOST/DATABASE (several hosts: HOST,HOST)',
  )

const isMailUrl = (url: string): boolean =>
  url === 'console:' || url === 'capture:' || (/^smtps?:\/\/[^/]/.test(url) && URL.canParse(url))
export const mailUrl = z.string().refine(isMailUrl, 'must be console:, smtp://host:port or smtps://host:port')

const ADDRESS = '[^\\s<>@,;"]+@[^\\s<>@,;"]+'
export const fromSchema = z
  .string()
  .regex(
    new RegExp(`^(?:[^<>\\r\\n]{1,60} <${ADDRESS}>|${ADDRESS})$`),
    'must be an address such as Latchkey <no-reply@example.org>',
  )

/** The newest first, one a line; empty lines mean nothing. */
const isLongEnough = (secrets: string): boolean =>
  secrets
    .split('\n')
    .map((line) => line.trim())
    .every((line) => line === '' || Buffer.byteLength(line) >= MIN_SECRET_BYTES)
export const secretSchema = z.string().refine(isLongEnough, `must be at least ${MIN_SECRET_BYTES} bytes long`)

const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text

/** Exact origins with commas between them: no path, no `*`. */
export const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine(
    (all) => all.every(isOrigin),
    'must be origins such as https://app.example, with commas between them',
  )

export const serviceUrl = z.string().check(({ value, issues }) => {
  const message = serviceUrlProblem(value)
  if (message !== null) issues.push({ code: 'custom', input: value, message })
})
export const serviceKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,500}$/, 'must be one line of up to 500 plain characters')

export const proxies = z.union([onOff, z.coerce.number().int().min(1).max(10)], {
  error: 'must be off, on, or the number of proxies in front, 1 to 10',
})

/** One of PostgreSQL's only. */
export const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/.+$/, 'must be postgres://USER@HOST/DATABASE')
