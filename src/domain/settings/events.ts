import { z } from 'zod'
import { eventType, type Tag, ulidSchema } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const settingTag = (setting: string): Tag => `setting:${setting}`

export const settingEvents = {
  /** A setting has another value; null gives way to the environment again. `undoes` is the change that was taken back. */
  SettingChanged: eventType({
    schema: z.strictObject({
      /** One of `settingNames`; any name on disk, so that a new setting is no new kind of event. */
      setting: z.string().regex(/^[a-z]+(?:[.-][a-z]+)*$/),
      value: z.nullable(z.string()),
      undoes: z.nullable(ulidSchema),
    }),
    tags: ({ setting }) => [settingTag(setting)],
  }),
} as const
