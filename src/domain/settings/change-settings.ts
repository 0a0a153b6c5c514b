import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, type Readings, refuse } from '../decision.ts'
import { adminRefusal, refuseWith, type Standing, standingOf } from '../users/user.ts'
import { settingTag } from './events.ts'
import { isSettingName } from './names.ts'
import { type EachSetting, readingSettings } from './setting.ts'
import { valueProblem } from './values.ts'

const MAX_CHANGES = 100

type View = EachSetting & { readonly actor: Standing }

/**
 * An admin gives settings other values, all or none; null gives way to the environment. What is as it was already
 * leaves no event. `pinned` are the settings that the environment of this process keeps to itself.
 */
export const changeSettings = command({
  type: 'ChangeSettings',
  schema: z.strictObject({
    changes: z
      .array(z.strictObject({ setting: z.string().max(100), value: z.nullable(z.string().max(50_000)) }))
      .max(MAX_CHANGES)
      .refine((changes) => new Set(changes.map(({ setting }) => setting)).size === changes.length),
    pinned: z.array(z.string()),
  }),
  reads: ({ changes }, { actor }): Readings<View> => ({
    ...readingSettings(changes.map(({ setting }) => setting).filter(isSettingName)),
    actor: standingOf(actor),
  }),
  decide: ({ changes, pinned }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const events: NewEvent[] = []
    for (const { setting, value } of changes) {
      if (!isSettingName(setting)) return refuse('setting_unknown')
      if (value === (view[settingTag(setting) as `setting:${string}`]?.value ?? null)) continue
      if (pinned.includes(setting)) return refuse('setting_pinned', { setting })
      const problem = value === null ? null : valueProblem(setting, value)
      if (problem) return refuse('setting_invalid', { setting, ...problem })
      events.push({ type: 'SettingChanged', data: { setting, value, undoes: null } })
    }
    return accept(...events)
  },
})
