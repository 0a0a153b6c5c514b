import type { Clock } from '../clock.ts'
import { plus } from '../clock.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { LeasedMail, MailLeases, MailTries } from './outbox.ts'

type Parts = {
  readonly db: SqliteConnection
  /** Mails are looked for here first: an idle runner must not take the write lock every second. */
  readonly reader: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
  readonly clock: Clock
}

const DUE = `from mails m left join mail_attempts a on a.mail_id = m.id
  where m.status = 'queued' and (a.mail_id is null or (a.next_at <= @now and (a.leased_until is null or a.leased_until <= @now)))`

/** Notes on mails that nobody waits for any more: ended, forgotten, or settled by another runner meanwhile. */
const FINISHED = `delete from mail_attempts where mail_id in (
  select a.mail_id from mail_attempts a left join mails m on m.id = a.mail_id
  where m.id is null or m.status <> 'queued')`

export const sqliteLeases = ({ db, reader, exclusively, clock }: Parts): MailLeases => {
  const statement = statementsOf(db)
  const anyDue = reader.prepare(`select 1 ${DUE} limit 1`)
  return {
    async lease(limit, leaseMs) {
      if (!anyDue.get({ now: clock() })) return []
      return exclusively(() => {
        const now = clock()
        statement(FINISHED).run()
        const due = statement(
          `select m.id, m.event_position as eventPosition, m.template, m.about, coalesce(a.attempts, 0) + 1 as attempt
           ${DUE} order by m.id limit @limit`,
        ).all({ now, limit }) as LeasedMail[]
        for (const { id, attempt } of due) {
          statement(
            `insert into mail_attempts values (@id, @attempt, @now, @until, null) on conflict (mail_id)
             do update set attempts = excluded.attempts, leased_until = excluded.leased_until`,
          ).run({ id, attempt, now, until: plus(now, leaseMs) })
        }
        return due
      })
    },

    async postpone(mailId, nextAt, reason) {
      await exclusively(() => {
        statement(
          'update mail_attempts set next_at = ?, leased_until = null, last_reason = ? where mail_id = ?',
        ).run(nextAt, reason, mailId)
      })
    },
  }
}

/** The runner's notes on a mail that waits for its turn, for those who look after mails. */
export const sqliteTries = (reader: SqliteConnection) => {
  const tries = reader.prepare(
    'select attempts, next_at as nextAt, last_reason as lastReason from mail_attempts where mail_id = ?',
  )
  return async (mailId: string): Promise<MailTries | null> =>
    (tries.get(mailId) as MailTries | undefined) ?? null
}
