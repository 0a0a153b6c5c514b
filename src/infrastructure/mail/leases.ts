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

/**
 * `$1` is now; then the last moments that a lease, and turns after the first, second … try can be set to. What lies
 * further away was set by a clock that was ahead.
 */
const dueAfter = (
  waits: readonly number[],
): string => `from mails m left join mail_attempts a on a.mail_id = m.id
  where m.status = 'queued' and (a.mail_id is null or (
    (a.next_at <= $1 or a.next_at > case a.attempts ${waits.map((_, n) => `when ${n + 1} then $${n + 3}`).join(' ')} else $1 end)
    and (a.leased_until is null or a.leased_until <= $1 or a.leased_until > $2)))`

/** Notes on mails that nobody waits for any more: ended, forgotten, or settled by another runner meanwhile. */
const FINISHED = `delete from mail_attempts where mail_id in (
  select a.mail_id from mail_attempts a left join mails m on m.id = a.mail_id
  where m.id is null or m.status <> 'queued')`

const LEASE = `insert into mail_attempts (mail_id, attempts, next_at, leased_until, last_reason)
  values ($1, $2, $3, $4, null) on conflict (mail_id)
  do update set attempts = excluded.attempts, leased_until = excluded.leased_until`

export const mailLeases = ({ reader, exclusively, clock }: Parts): MailLeases => ({
  async lease(limit, leaseMs, waits) {
    const due = dueAfter(waits)
    // The clocks of two nodes are not quite the same; by the length of a lease they may differ.
    const instants = (now: string) => [now, ...[leaseMs, ...waits].map((ms) => plus(now, ms + leaseMs))]
    if (!(await reader.get(`select 1 as due ${due} limit 1`, instants(clock())))) return []
    return exclusively('mail leases', function* () {
      const now = clock()
      yield* run(FINISHED)
      const leased = yield* all<LeasedMail>(
        `select m.id, m.event_position as "eventPosition", m.template, m.about,
           coalesce(a.attempts, 0) + 1 as attempt ${due} order by m.id limit $${waits.length + 3}`,
        [...instants(now), limit],
      )
      for (const { id, attempt } of leased) yield* run(LEASE, [id, attempt, now, plus(now, leaseMs)])
      return leased
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
