import { type Clock, plus } from './clock.ts'
import { type SqliteConnection, statementsOf } from './database/sqlite.ts'
import type { Inquiry, InquiryLeases, Question } from './inquiries.ts'

type Parts = {
  readonly db: SqliteConnection
  /** Looked at first: an idle runner must not take the write lock. */
  readonly reader: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
  readonly clock: Clock
}

/** Nobody is asked about again and again, nor about people who have been here for long. */
const MAX_ATTEMPTS = 3
const ASK_WITHIN_MS = 7 * 86_400_000

const OPEN: Readonly<Record<Question, string>> = {
  // An address that was confirmed needs no verdict any more.
  'email-verifier': 'i.verdict is null and u.email_verified_at is null',
  // An address that was not may be a stranger's: nothing is asked about its owner.
  enrichment: 'i.enriched_at is null and u.email_verified_at is not null',
}

const due = (question: Question) => `from inquiries i join users u on u.id = i.user_id
  left join inquiry_attempts a on a.user_id = i.user_id and a.question = @question
  where i.registered_at > @since and ${OPEN[question]} and u.email is not null and u.suspended_at is null
  and (a.user_id is null or (a.attempts < ${MAX_ATTEMPTS} and a.next_at <= @now
    and (a.leased_until is null or a.leased_until <= @now)))`

export const sqliteInquiryLeases = ({ db, reader, exclusively, clock }: Parts): InquiryLeases => {
  const statement = statementsOf(db)
  const glance = statementsOf(reader)
  const moments = () => ({ now: clock(), since: plus(clock(), -ASK_WITHIN_MS) })
  return {
    async lease(question, limit, leaseMs) {
      if (!glance(`select 1 ${due(question)} limit 1`).get({ ...moments(), question })) return []
      return exclusively(() => {
        const { now, since } = moments()
        const rows = statement(
          `select i.user_id as userId, u.email, coalesce(a.attempts, 0) + 1 as attempt
           ${due(question)} order by i.registered_at limit @limit`,
        ).all({ now, since, question, limit }) as Omit<Inquiry, 'question'>[]
        for (const { userId, attempt } of rows) {
          statement(
            `insert into inquiry_attempts values (@userId, @question, @attempt, @now, @until)
             on conflict (user_id, question)
             do update set attempts = excluded.attempts, leased_until = excluded.leased_until`,
          ).run({ userId, question, attempt, now, until: plus(now, leaseMs) })
        }
        statement('delete from inquiry_attempts where next_at <= ?').run(since)
        return rows.map((row) => ({ ...row, question }))
      })
    },

    async postpone({ userId, question }, nextAt) {
      await exclusively(() => {
        statement(
          'update inquiry_attempts set next_at = ?, leased_until = null where user_id = ? and question = ?',
        ).run(nextAt, userId, question)
      })
    },

    async close({ userId, question }) {
      await exclusively(() => {
        statement(
          `update inquiry_attempts set attempts = ${MAX_ATTEMPTS} where user_id = ? and question = ?`,
        ).run(userId, question)
      })
    },
  }
}
