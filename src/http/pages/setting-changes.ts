import type { Actor } from '../../domain/event.ts'
import { isSettingName, type SettingName } from '../../domain/settings/names.ts'
import type { SettingChange } from '../../projections/settings.ts'
import { adminOf, type Ctx, type Kit } from './kit.ts'
import { peopleOf } from './people.ts'
import { fullNameOf, shownValue } from './setting-words.ts'

/** The last changes of settings as people read them: who, when, what, and whether it can be taken back. */
export const settingChanges = async (kit: Kit, ctx: Ctx, names: readonly SettingName[], limit: number) => {
  const changes = await kit.house.reads.settings.changes(names, limit)
  const actors = await peopleOf(
    kit,
    ctx,
    changes.map(({ actor }) => actor as Actor),
  )
  const line = (change: SettingChange, setting: SettingName) => ({
    id: change.id,
    position: change.position,
    at: change.at,
    who: actors.get(change.actor as Actor),
    what: fullNameOf(kit, ctx, setting),
    before: shownValue(kit, ctx, setting, change.before),
    value: shownValue(kit, ctx, setting, change.value),
    isUndo: change.undoes !== null,
    canUndo: change.isLast && adminOf(ctx) !== null && !kit.house.inForce.pinned.includes(setting),
  })
  return changes.flatMap((change) => (isSettingName(change.setting) ? [line(change, change.setting)] : []))
}
