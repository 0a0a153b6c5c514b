import { changeSettings } from '../../domain/settings/change-settings.ts'
import type { SettingName } from '../../domain/settings/names.ts'
import { isSettingName } from '../../domain/settings/names.ts'
import { undoSettingChange } from '../../domain/settings/undo-setting-change.ts'
import type { By, House, Outcome } from '../house.ts'

export type Wishes = ReadonlyMap<string, string | null>

/** Gives settings other values, all or none. */
export const changeSettingsTo = (house: House, wishes: Wishes, by: By): Promise<Outcome> =>
  house.execute(
    changeSettings,
    {
      changes: [...wishes].map(([setting, value]) => ({ setting, value })),
      pinned: [...house.inForce.pinned],
    },
    by,
  )

/** Takes the change with this id back. */
export const undoChange = async (house: House, changeId: string, by: By): Promise<Outcome> => {
  const setting = (await house.reads.settings.change(changeId))?.setting
  if (setting === undefined || !isSettingName(setting)) {
    return { outcome: 'refused', refusal: { code: 'setting_change_not_found' }, events: [] }
  }
  const pinned: SettingName[] = [...house.inForce.pinned]
  return house.execute(undoSettingChange, { setting, changeId, pinned }, by)
}
