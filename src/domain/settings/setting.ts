import { fold, type Readings, reading } from '../decision.ts'
import { settingTag } from './events.ts'

/** A setting as the history has it: its value, and the last change with what it changed. */
export type Setting = {
  readonly value: string | null
  readonly before: string | null
  /** The id of the event that made it so; null while nobody has changed it. */
  readonly changeId: string | null
  readonly undoes: string | null
}

export const setting = fold<Setting>(
  { value: null, before: null, changeId: null, undoes: null },
  {
    SettingChanged: (state, { id, data: { value, undoes } }) => ({
      value,
      before: state.value,
      changeId: id,
      undoes,
    }),
  },
)

export type EachSetting = { readonly [tag: `setting:${string}`]: Setting }

/** Each of the settings by its tag. */
export const readingSettings = (names: readonly string[]): Readings<EachSetting> =>
  Object.fromEntries(names.map((name) => [settingTag(name), reading(settingTag(name), setting)]))
