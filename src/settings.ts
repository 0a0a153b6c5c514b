import { readSettings, type Settings } from './config.ts'
import type { Surroundings } from './domain/settings/in-force.ts'
import type { Foundation } from './foundation.ts'
import type { InForceDoor } from './http/in-force-door.ts'
import { logoPath } from './http/pages/brand.ts'
import { exampleMail } from './infrastructure/mail/examples.ts'
import { type MailLook, mailLook } from './infrastructure/mail/look.ts'
import { mailWords } from './infrastructure/mail/texts.ts'
import { type SettingsInForce, settingsInForce } from './infrastructure/settings-in-force.ts'

const untouched = readSettings({})

/** What the environment says about the settings that admins may change. */
export const surroundingsOf = ({ registration, inviteTtlMs, pinned }: Settings): Surroundings => ({
  registration,
  inviteTtlMs,
  given: [
    ...(registration === untouched.registration ? [] : (['registration.mode'] as const)),
    ...(inviteTtlMs === untouched.inviteTtlMs ? [] : (['invite.lifetime'] as const)),
  ],
  pinned,
})

/** The settings in force on this floor. */
export const openSettings = ({ database, reads, settings }: Foundation): SettingsInForce =>
  settingsInForce({
    reader: database.reader,
    reads: reads.settings,
    surroundings: surroundingsOf(settings),
  })

/** How mails look, now or as of a moment. */
export const looksOf =
  (settings: SettingsInForce, publicUrl: string) =>
  async (moment: string | null): Promise<MailLook> =>
    mailLook(await (moment === null ? settings.fresh() : settings.at(moment)), publicUrl, logoPath)

/** What pages and the API see of the settings in force. */
export const inForceDoor = (settings: SettingsInForce, { pinned, publicUrl }: Settings): InForceDoor => ({
  fresh: () => settings.fresh(),
  known: () => settings.known(),
  pinned,
  builtInTexts: (template, locale) => mailWords[locale].templates[template],
  exampleMail: (template, locale, texts) =>
    exampleMail(template, locale, {
      ...mailLook(settings.known(), publicUrl, logoPath),
      textsOf: () => texts,
    }),
})
