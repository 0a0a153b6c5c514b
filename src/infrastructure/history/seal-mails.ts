import { mailSeal } from '../../domain/history/mail-seal.ts'
import type { ReadSide } from '../../projections/index.ts'
import type { Clock } from '../clock.ts'
import type { EventStore } from '../event-store/store.ts'
import type { Ids } from '../ids.ts'
import type { SealRow } from './seals.ts'

const PAGE = 100

type Parts = {
  readonly store: Pick<EventStore, 'decide'>
  readonly reads: Pick<ReadSide, 'users'>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: { readonly error: (fields: object, message: string) => void }
}

/**
 * Has the first seal of each day mailed to every auditor. Only what is new is sealed, and these mails are no reason for
 * another one on the same day: so a service in which nothing happens falls silent.
 */
export const sealMails = ({ store, reads, clock, ids, log }: Parts) => {
  let done = ''

  const mailTo = (userId: string, day: string, { size, note }: SealRow) => {
    const wish = { userId, day, size, note }
    return store.decide({
      readings: mailSeal.reads(wish, { actor: 'system' }),
      decide: (view, now) => mailSeal.decide(wish, view, { now, actor: 'system' }),
      actor: 'system',
      correlation: ids(),
    })
  }

  const mailAll = async (day: string, seal: SealRow): Promise<void> => {
    for (let after: string | undefined; ; ) {
      const page = await reads.users.list({ role: 'auditor' }, { limit: PAGE, after })
      for (const { id } of page) await mailTo(id, day, seal)
      if (page.length < PAGE) return
      after = page.at(-1)?.id
    }
  }

  return async (seal: SealRow): Promise<void> => {
    const day = clock().slice(0, 10)
    if (day === done) return
    try {
      await mailAll(day, seal)
      done = day
    } catch (err) {
      log.error({ err }, 'the seal could not be handed to the auditors; trying again with the next one')
    }
  }
}
