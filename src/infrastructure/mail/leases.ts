import type { Reader } from '../../projections/projection.ts'
import type { Clock } from '../clock.ts'
import { plus } from '../clock.ts'
import { all, type Exclusively, run } from '../database/work.ts'
import type { LeasedMail, MailLeases, MailTries } from './outbox.ts'

type Parts = {
  /** Mails are looked for here first: an idle runner must not take the write lock every second. */
  readonly reader: Reader
  readonly exclusively: Exclusively
  readonly clock: Clock
}

const DUE = `from mails m left join mail_attempts a on a.mail_id = m.id
  where m.status = 'queued' and (a.mail_id is null or (a.next_at <= $1 and (a.leased_until is null or a.leased_until <= $1)))`

/** Notes on mails that nobody waits for any more: ended, forgotten, or settled by another runner meanwhile. */
const FINISHED = `delete from mail_attempts where mail_id in (
  select a.mail_id from mail_attempts a left join mails m on m.id = a.mail_id
  where m.id is null or m.status <> 'queued')`

const LEASE = `insert into mail_attempts (mail_id, attempts, next_at, leased_until, last_reason)
  values ($1, $2, $3, $4, null) on conflict (mail_id)
  do update set attempts = excluded.attempts, leased_until = excluded.leased_until`

export const mailLeases = ({ reader, exclusively, clock }: Parts): MailLeases => ({
  async lease(limit, leaseMs) {
    if (!(await reader.get(`select 1 as due ${DUE} limit 1`, [clock()]))) return []
    return exclusively('mail leases', function* () {
      const now = clock()
      yield* run(FINISHED)
      const due = yield* all<LeasedMail>(
        `select m.id, m.event_position as "eventPosition", m.template, m.about,
           coalesce(a.attempts, 0) + 1 as attempt ${DUE} order by m.id limit $2`,
        [now, limit],
      )
      for (const { id, attempt } of due) yield* run(LEASE, [id, attempt, now, plus(now, leaseMs)])
      return due
    })
  },

  async postpone(mailId, nextAt, reason) {
    await exclusively('mail leases', () =>
      run('update mail_attempts set next_at = $1, leased_until = null, last_reason = $2 where mail_id = $3', [
        nextAt,
        reason,
        mailId,
      ]),
    )
  },
})

/** The runner's notes on a mail that waits for its turn, for those who look after mails. */
export const mailTries =
  (reader: Reader) =>
  async (mailId: string): Promise<MailTries | null> =>
    (await reader.get<MailTries>(
      `select attempts, next_at as "nextAt", last_reason as "lastReason"
       from mail_attempts where mail_id = $1`,
      [mailId],
    )) ?? null
