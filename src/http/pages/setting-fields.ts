import { PINE } from '../../domain/settings/accent.ts'
import { placeholdersOf } from '../../domain/settings/mail-text.ts'
import { readMailTextName, type SettingName } from '../../domain/settings/names.ts'
import { MAX_BRAND_LENGTH, maxLengthOf } from '../../domain/settings/values.ts'
import { logoPath } from './brand.ts'
import type { Ctx, Kit } from './kit.ts'
import { choicesOf, hintOf, labelOf, shownValue } from './setting-words.ts'

const MAX_LIFETIME_LENGTH = 7

/** How a setting is typed. */
const kindOf = (name: SettingName): 'choice' | 'line' | 'lines' | 'colour' | 'picture' => {
  const text = readMailTextName(name)
  if (text) return text.part === 'lead' || text.part === 'closing' ? 'lines' : 'line'
  if (name === 'brand.accent') return 'colour'
  if (name === 'brand.logo') return 'picture'
  return name === 'brand.name' || name === 'invite.lifetime' ? 'line' : 'choice'
}

const maxOf = (name: SettingName): number => {
  const text = readMailTextName(name)
  if (text) return maxLengthOf(text.part)
  return name === 'brand.name' ? MAX_BRAND_LENGTH : MAX_LIFETIME_LENGTH
}

/** What may stand in a mail text besides words. */
const placeholderHint = ({ t }: Kit, ctx: Ctx, name: SettingName): string | null => {
  const text = readMailTextName(name)
  if (!text) return null
  const names = placeholdersOf(text.template, text.part).map((one) => `{${one}}`)
  return t(ctx, 'settings.placeholders', { names: names.join(', ') })
}

/** A setting as a form shows it: what is typed into it, what is in force, and from where. */
export const settingField = (
  kit: Kit,
  ctx: Ctx,
  name: SettingName,
  { draft, usual }: { readonly draft: string | null; readonly usual: string | null },
) => {
  const { settings, brand } = kit.house.inForce.known()
  const { value, source } = settings.get(name) ?? { value: null, source: 'built-in' as const }
  const kind = kindOf(name)
  return {
    name,
    kind,
    label: labelOf(kit, ctx, name),
    hint: placeholderHint(kit, ctx, name) ?? hintOf(kit, ctx, name),
    value: draft ?? (kind === 'colour' ? PINE.light.accent : ''),
    choices: (choicesOf(kit, ctx, name) ?? []).map((choice) => ({
      ...choice,
      isChosen: choice.value === draft,
    })),
    max: maxOf(name),
    source,
    isSet: value !== null,
    isPinned: source === 'pinned',
    canReset: source === 'history',
    inForce: shownValue(kit, ctx, name, value ?? usual),
    picture: kind === 'picture' && brand.logo ? logoPath(brand.logo) : null,
  }
}
