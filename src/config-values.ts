import { z } from 'zod'
import { readDuration } from './domain/duration.ts'
import { MAX_INVITE_DAYS } from './domain/invites/issue-invite.ts'
import { isSettingName } from './domain/settings/names.ts'

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
