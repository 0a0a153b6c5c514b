import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import type { House } from '../../src/http/house.ts'
import type { MailView } from '../../src/projections/mails.ts'

/** The newest mail to an address, given up: it can be tried again. */
export const givenUp = async (house: House, email: string, reason = 'smtp_550'): Promise<MailView> => {
  const [mail] = await house.reads.mails.to(email, 1)
  if (!mail) throw new Error(`nobody wrote to ${email}`)
  const { id: mailId, template, about } = mail
  const fate = recordDelivery.schema.parse({ result: 'failed', mailId, template, about, attempts: 3, reason })
  await house.execute(recordDelivery, fate, { actor: 'system', correlation: house.newId() })
  return mail
}
