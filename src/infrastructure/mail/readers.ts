import type { DomainEvent } from '../../domain/catalogue.ts'
import type { MailView } from '../../projections/mails.ts'
import type { Reader } from '../../projections/projection.ts'
import { mailTries } from './leases.ts'
import type { MailLook } from './look.ts'
import { type MailSecrets, maskedSecrets, renderMail } from './render.ts'

type Parts = {
  readonly reader: Reader
  readonly rows: { readonly get: (mailId: string) => Promise<MailView | null> }
  readonly events: { readonly get: (position: number) => Promise<DomainEvent | null> }
  readonly secrets: MailSecrets
  /** How mails look: as they did at a moment, or do now. */
  readonly lookAt: (moment: string | null) => Promise<MailLook>
}

/** Mails for those who look at them: as their receivers read them, with their secrets masked, and how far they came. */
export const mailReaders = ({ reader, rows, events, secrets, lookAt }: Parts) => {
  const renderedWith = (by: MailSecrets) => async (mailId: string) => {
    const row = await rows.get(mailId)
    const event = row && (await events.get(row.eventPosition))
    // What was sent is shown as it was sent, whatever admins have changed since.
    return event ? renderMail(event, row.template, by, await lookAt(row.sentAt)) : null
  }
  return {
    renderMail: renderedWith(secrets),
    previewMail: renderedWith(maskedSecrets),
    mailTries: mailTries(reader),
  }
}
