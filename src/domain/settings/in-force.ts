import type { z } from 'zod'
import { durationText, readDuration } from '../duration.ts'
import type { Locale } from '../invites/events.ts'
import { type Logo, readLogo } from './logo.ts'
import { type SettingName, settingNames } from './names.ts'
import { type inviteLanguageSchema, type registrationModeSchema, valueProblem } from './values.ts'

export type RegistrationMode = z.infer<typeof registrationModeSchema>

/** Where a value in force is from: the product, the environment, the environment alone, or an admin. */
export type SettingSource = 'built-in' | 'environment' | 'pinned' | 'history'

/** A setting as it is now; null where nobody has set one and the product has its own way. */
export type SettingInForce = { readonly value: string | null; readonly source: SettingSource }

/** What the environment of a process says about settings. */
export type Surroundings = {
  readonly registration: RegistrationMode
  readonly inviteTtlMs: number
  /** The settings that the environment names a value for, and those that it keeps to itself. */
  readonly given: readonly SettingName[]
  readonly pinned: readonly SettingName[]
}

export type Brand = {
  readonly name: string
  readonly accent: string | null
  readonly logo: Logo | null
}

/** Every setting with its value and where it is from, and the same for those who use it. */
export type InForce = {
  readonly settings: ReadonlyMap<SettingName, SettingInForce>
  readonly registration: RegistrationMode
  readonly inviteTtlMs: number
  readonly inviteRole: 'member' | 'auditor'
  readonly inviteLanguage: z.infer<typeof inviteLanguageSchema>
  readonly brand: Brand
}

export const BUILT_IN_NAME = 'Latchkey'

const defaultsIn = ({ registration, inviteTtlMs }: Surroundings): ReadonlyMap<SettingName, string> =>
  new Map<SettingName, string>([
    ['registration.mode', registration],
    ['invite.lifetime', durationText(inviteTtlMs)],
    ['invite.role', 'member'],
    ['invite.language', 'sender'],
    ['brand.name', BUILT_IN_NAME],
  ])

/**
 * What is in force: a pinned setting is as the environment has it; any other as an admin has set it last, else as the
 * environment has it, else as it is built in. A value that today's rules would refuse (they may have become stricter
 * since it was set) is passed over.
 */
export const inForce = (
  surroundings: Surroundings,
  changed: ReadonlyMap<string, string | null> = new Map(),
): InForce => {
  const defaults = defaultsIn(surroundings)
  const { given, pinned } = surroundings
  const of = (name: SettingName): SettingInForce => {
    const usual = defaults.get(name) ?? null
    if (pinned.includes(name)) return { value: usual, source: 'pinned' }
    const set = changed.get(name) ?? null
    if (set !== null && valueProblem(name, set) === null) return { value: set, source: 'history' }
    return { value: usual, source: given.includes(name) ? 'environment' : 'built-in' }
  }
  const settings = new Map(settingNames.map((name) => [name, of(name)]))
  const value = (name: SettingName) => settings.get(name)?.value ?? ''
  const logo = value('brand.logo')
  return {
    settings,
    registration: value('registration.mode') as RegistrationMode,
    inviteTtlMs: readDuration(value('invite.lifetime')) ?? surroundings.inviteTtlMs,
    inviteRole: value('invite.role') as InForce['inviteRole'],
    inviteLanguage: value('invite.language') as InForce['inviteLanguage'],
    brand: {
      name: value('brand.name'),
      accent: value('brand.accent') || null,
      logo: logo === '' ? null : readLogo(logo),
    },
  }
}

/** The language of an invite that nobody has chosen one for. */
export const inviteLocale = ({ inviteLanguage }: InForce, sender: Locale): Locale =>
  inviteLanguage === 'sender' ? sender : inviteLanguage
