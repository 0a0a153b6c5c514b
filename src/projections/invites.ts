import type { Tag } from '../domain/event.ts'
import { hasExpired, type InviteState } from '../domain/invites/invite.ts'
import { mailing } from '../domain/processes/mailing.ts'
import {
  countOf,
  insert,
  projection,
  type Reader,
  type Row,
  remove,
  update,
  type Value,
} from './projection.ts'

/** Only the newest mail of an invite speaks for its delivery. */
const delivered = ({ about, mailId }: { about: Tag; mailId: string }, set: Row) =>
  about.startsWith('invite:')
    ? [update('invites', { id: about.slice('invite:'.length), mail_id: mailId }, set)]
    : []

/** One row an invite, kept after its end. `status` is what has happened; `expired` is worked out when it is read. */
export const invites = projection('invites', ['invites'], {
  InviteIssued: (event) => [
    insert('invites', {
      id: event.data.inviteId,
      email: event.data.email,
      role: event.data.role,
      locale: event.data.locale,
      status: 'open',
      issued_at: event.at,
      issued_by: event.actor,
      expires_at: event.data.expiresAt,
      mail_id: mailing(event)[0]?.mailId ?? '',
      delivery: 'queued',
      sent_at: null,
      redeemed_at: null,
      redeemed_user_id: null,
      revoked_at: null,
      revoked_by: null,
      replaced_at: null,
      reason: null,
    }),
  ],
  InviteResent: (event) => [
    update(
      'invites',
      { id: event.data.inviteId },
      {
        expires_at: event.data.expiresAt,
        mail_id: mailing(event)[0]?.mailId ?? '',
        delivery: 'queued',
      },
    ),
  ],
  InviteRedeemed: ({ at, data }) => [
    update(
      'invites',
      { id: data.inviteId },
      { status: 'redeemed', redeemed_at: at, redeemed_user_id: data.userId },
    ),
    update('invites', { id: data.inviteId, delivery: 'queued' }, { delivery: 'suppressed' }),
  ],
  InviteRevoked: ({ at, actor, data }) => [
    update(
      'invites',
      { id: data.inviteId },
      { status: 'revoked', revoked_at: at, revoked_by: actor, reason: data.reason },
    ),
    update('invites', { id: data.inviteId, delivery: 'queued' }, { delivery: 'suppressed' }),
  ],
  InviteReplaced: ({ at, data }) => [
    update('invites', { id: data.inviteId }, { status: 'replaced', replaced_at: at }),
    update('invites', { id: data.inviteId, delivery: 'queued' }, { delivery: 'suppressed' }),
  ],
  InvitePurged: ({ data }) => [remove('invites', { id: data.inviteId })],
  MailSent: ({ at, data }) => delivered(data, { delivery: 'sent', sent_at: at }),
  MailFailed: ({ data }) => delivered(data, { delivery: 'failed' }),
  MailRetried: ({ data }) => delivered(data, { delivery: 'queued' }),
  UserErased: ({ data }) =>
    data.inviteIds.map((id) => update('invites', { id }, { email: null, reason: null })),
})

export type Delivery = 'queued' | 'sent' | 'failed' | 'suppressed'

/** An invite as pages and the API show it. `email` is null once its person has been forgotten. */
export type InviteView = {
  readonly id: string
  readonly email: string | null
  readonly role: 'member' | 'auditor'
  readonly locale: 'en' | 'ru'
  readonly state: InviteState
  readonly delivery: Delivery
  readonly issuedAt: string
  readonly issuedBy: string
  readonly expiresAt: string
  readonly sentAt: string | null
  readonly redeemedAt: string | null
  readonly redeemedUserId: string | null
  readonly revokedAt: string | null
  readonly revokedBy: string | null
  readonly replacedAt: string | null
  readonly reason: string | null
}

type InviteRow = Omit<InviteView, 'state'> & { readonly status: Exclude<InviteState, 'expired'> }

const COLUMNS = `id, email, role, locale, status, delivery, issued_at as "issuedAt", issued_by as "issuedBy",
  expires_at as "expiresAt", sent_at as "sentAt", redeemed_at as "redeemedAt", redeemed_user_id as "redeemedUserId",
  revoked_at as "revokedAt", revoked_by as "revokedBy", replaced_at as "replacedAt", reason`

const present =
  (now: string) =>
  ({ status, ...row }: InviteRow): InviteView => ({
    ...row,
    state: status === 'open' && hasExpired(row.expiresAt, now) ? 'expired' : status,
  })

export type InviteFilter = {
  readonly state?: InviteState | undefined
  readonly delivery?: Delivery | undefined
  /** Part of an address, or a whole invite id. */
  readonly search?: string | undefined
  /** The whole, canonical address. */
  readonly email?: string | undefined
  /** The issuing actor, `user:<id>` or `operator`. */
  readonly issuedBy?: string | undefined
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/** Newest first, by id (a ULID, so by time of issue). `after` is the last id of the page before. */
export const inviteReads = (db: Reader) => ({
  async get(id: string, now: string): Promise<InviteView | null> {
    const row = await db.get<InviteRow>(`select ${COLUMNS} from invites where id = $1`, [id])
    return row ? present(now)(row) : null
  },

  async list(
    filter: InviteFilter,
    { now, limit, after }: { now: string; limit: number; after?: string | undefined },
  ): Promise<InviteView[]> {
    const where: string[] = []
    const params: Value[] = []
    const bind = (value: Value) => `$${params.push(value)}`
    if (filter.state === 'expired') where.push(`status = 'open' and expires_at <= ${bind(now)}`)
    else if (filter.state === 'open') where.push(`status = 'open' and expires_at > ${bind(now)}`)
    else if (filter.state) where.push(`status = ${bind(filter.state)}`)
    if (filter.delivery) where.push(`delivery = ${bind(filter.delivery)}`)
    if (filter.email) where.push(`email = ${bind(filter.email)}`)
    if (filter.issuedBy) where.push(`issued_by = ${bind(filter.issuedBy)}`)
    if (filter.search) {
      const pattern = bind(`%${escapeLike(filter.search.trim().toLowerCase())}%`)
      where.push(`(email like ${pattern} escape '\\' or id = ${bind(filter.search.trim().toUpperCase())})`)
    }
    if (after) where.push(`id < ${bind(after)}`)
    const rows = await db.all<InviteRow>(
      `select ${COLUMNS} from invites ${where.length ? `where ${where.join(' and ')}` : ''}
       order by id desc limit ${bind(limit)}`,
      params,
    )
    return rows.map(present(now))
  },

  /** How many invites never arrived: the mail that speaks for them was given up. */
  async bounced(): Promise<number> {
    return countOf(db, `select count(*) as count from invites where delivery = 'failed'`)
  },

  /** From issue to redemption, in milliseconds: the median of those redeemed last; null if there are none. */
  async medianToRedemption(newest: number): Promise<number | null> {
    const rows = await db.all<{ issuedAt: string; redeemedAt: string }>(
      `select issued_at as "issuedAt", redeemed_at as "redeemedAt" from invites
       where redeemed_at is not null order by redeemed_at desc limit $1`,
      [newest],
    )
    const times = rows
      .map(({ issuedAt, redeemedAt }) => Date.parse(redeemedAt) - Date.parse(issuedAt))
      .toSorted((a, b) => a - b)
    return times[Math.floor((times.length - 1) / 2)] ?? null
  },

  /** Which of these addresses have an open invite. */
  async invited(emails: readonly string[], now: string): Promise<ReadonlySet<string>> {
    const places = emails.map((_, n) => `$${n + 2}`).join(', ')
    const rows = await db.all<{ email: string }>(
      `select email from invites where email in (${places}) and status = 'open' and expires_at > $1`,
      [now, ...emails],
    )
    return new Set(rows.map(({ email }) => email))
  },

  /** How many invites are in each state; for the tabs above the list. */
  async counts(now: string): Promise<Record<InviteState, number>> {
    const rows = await db.all<{ status: Exclude<InviteState, 'expired'>; count: number }>(
      'select status, count(*) as count from invites group by status',
    )
    const expired = await countOf(
      db,
      `select count(*) as count from invites where status = 'open' and expires_at <= $1`,
      [now],
    )
    const counts = { open: 0, redeemed: 0, revoked: 0, expired, replaced: 0 }
    for (const { status, count } of rows) counts[status] = Number(count)
    counts.open -= counts.expired
    return counts
  },

  /** Ended or expired invites issued before a moment: what a purge may remove. */
  async purgeable(before: string, now: string, limit: number): Promise<string[]> {
    const rows = await db.all<{ id: string }>(
      `select id from invites where issued_at < $1 and (status <> 'open' or expires_at <= $2) order by id limit $3`,
      [before, now, limit],
    )
    return rows.map(({ id }) => id)
  },
})
