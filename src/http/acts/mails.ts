import { retryMail } from '../../domain/mails/retry-mail.ts'
import type { MailView } from '../../projections/mails.ts'
import { remove } from '../../projections/projection.ts'
import type { By, House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'

export const findMail = async (house: House, id: string): Promise<MailView> => {
  const mail = await house.reads.mails.get(id)
  if (!mail) throw new Problem('mail_not_found')
  return mail
}

/** Queues a mail again that was given up, its tries counted anew. Throws the problem if it may not be. */
export const retryMailOf = async (house: House, id: string, by: By): Promise<MailView> => {
  const { about } = await findMail(house, id)
  const wish = retryMail.schema.parse({ mailId: id, about })
  const outcome = await house.execute(retryMail, wish, by, [remove('mail_attempts', { mail_id: id })])
  if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
  return findMail(house, id)
}

/** How often a mail was tried: the runner's note while it is queued, the history's word once it is settled. */
export const triesOf = async (house: House, { id, status }: MailView) => {
  const noted = status === 'queued' ? await house.mailTries(id) : null
  if (status === 'queued') {
    return {
      tries: noted?.attempts ?? 0,
      nextTryAt: noted?.nextAt ?? null,
      lastReason: noted?.lastReason ?? null,
    }
  }
  const [last] = await house.history.newestAbout(`mail:${id}`, { limit: 1 })
  const tries = last && 'attempts' in last.data ? last.data.attempts : 0
  return { tries, nextTryAt: null, lastReason: null }
}
