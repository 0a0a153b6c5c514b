import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { settingTag } from './events.ts'
import { isSettingName } from './names.ts'
import { setting as settingFold } from './setting.ts'

/**
 * An admin takes the last change of a setting back: the value before it is in force again, whatever it was. A change
 * that others stand upon is not taken back, because whoever made those would lose theirs unseen.
 */
export const undoSettingChange = command({
  type: 'UndoSettingChange',
  schema: z.strictObject({
    setting: z.string().max(100).refine(isSettingName, { error: 'setting_unknown' }),
    changeId: ulidSchema,
    pinned: z.array(z.string()),
  }),
  reads: ({ setting }, { actor }) => ({
    setting: reading(settingTag(setting), settingFold),
    actor: standingOf(actor),
  }),
  decide: ({ setting, changeId, pinned }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { changeId: last, undoes, before } = view.setting
    if (last === null) return refuse('setting_change_not_found')
    if (undoes === changeId) return accept()
    if (last !== changeId) return refuse('setting_changed_since', { setting })
    if (pinned.includes(setting)) return refuse('setting_pinned', { setting })
    return accept({ type: 'SettingChanged', data: { setting, value: before, undoes: changeId } })
  },
})
