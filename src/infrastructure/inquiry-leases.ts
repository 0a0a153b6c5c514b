import type { Reader } from '../projections/projection.ts'
import { type Clock, plus } from './clock.ts'
import { all, type Exclusively, run } from './database/work.ts'
import type { Inquiry, InquiryLeases, Question } from './inquiries.ts'

type Parts = {
  /** Looked at first: an idle runner must not take the write lock. */
  readonly reader: Reader
  readonly exclusively: Exclusively
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
  left join inquiry_attempts a on a.user_id = i.user_id and a.question = $1
  where i.registered_at > $2 and ${OPEN[question]} and u.email is not null and u.suspended_at is null
  and (a.user_id is null or (a.attempts < ${MAX_ATTEMPTS} and a.next_at <= $3
    and (a.leased_until is null or a.leased_until <= $3)))`

const LEASE = `insert into inquiry_attempts (user_id, question, attempts, next_at, leased_until)
  values ($1, $2, $3, $4, $5) on conflict (user_id, question)
  do update set attempts = excluded.attempts, leased_until = excluded.leased_until`

const LEASES = 'inquiry leases'

export const inquiryLeases = ({ reader, exclusively, clock }: Parts): InquiryLeases => {
  const moments = () => ({ now: clock(), since: plus(clock(), -ASK_WITHIN_MS) })
  return {
    async lease(question, limit, leaseMs) {
      const { now, since } = moments()
      const glance = `select 1 as due ${due(question)} limit 1`
      if (!(await reader.get(glance, [question, since, now]))) return []
      return exclusively(LEASES, function* () {
        const at = moments()
        const rows = yield* all<Omit<Inquiry, 'question'>>(
          `select i.user_id as "userId", u.email, coalesce(a.attempts, 0) + 1 as attempt
           ${due(question)} order by i.registered_at limit $4`,
          [question, at.since, at.now, limit],
        )
        for (const { userId, attempt } of rows) {
          yield* run(LEASE, [userId, question, attempt, at.now, plus(at.now, leaseMs)])
        }
        yield* run('delete from inquiry_attempts where next_at <= $1', [at.since])
        return rows.map((row) => ({ ...row, question }))
      })
    },

    async postpone({ userId, question }, nextAt) {
      await exclusively(LEASES, () =>
        run(
          `update inquiry_attempts set next_at = $1, leased_until = null
           where user_id = $2 and question = $3`,
          [nextAt, userId, question],
        ),
      )
    },

    async close({ userId, question }) {
      await exclusively(LEASES, () =>
        run(`update inquiry_attempts set attempts = ${MAX_ATTEMPTS} where user_id = $1 and question = $2`, [
          userId,
          question,
        ]),
      )
    },
  }
}
