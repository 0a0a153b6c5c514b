import type { DomainEvent } from '../domain/catalogue.ts'
import type { Tag } from '../domain/event.ts'
import type { MailTemplate } from '../domain/mails/events.ts'
import { mailing, mailingTypes } from '../domain/processes/mailing.ts'
import {
  type Change,
  countOf,
  insert,
  projection,
  type Reader,
  remove,
  update,
  type Value,
} from './projection.ts'

const queue = (event: DomainEvent): readonly Change[] =>
  mailing(event).map(({ mailId, template, about, to, locale }) =>
    insert('mails', {
      id: mailId,
      event_position: event.position,
      template,
      about,
      recipient: to,
      locale,
      status: 'queued',
      queued_at: event.at,
      sent_at: null,
      failed_at: null,
      reason: null,
    }),
  )

/** What has no reader any more is not sent: the mail of an invite that has ended meanwhile. */
const suppress = (about: Tag): Change =>
  update('mails', { about, status: 'queued' }, { status: 'suppressed', reason: 'ended' })

/** A code that has been replaced, used or deleted is not worth a mail any more. */
const outdated = (userId: string, template: MailTemplate): Change =>
  update(
    'mails',
    { about: `user:${userId}`, template, status: 'queued' },
    { status: 'suppressed', reason: 'ended' },
  )

/**
 * The outbox: one row a mail that an event called for, unique by (event, template), from which its
 * id is made. A row is sent once `MailSent`
 * says so in the history, so that a rebuilt table never mails anybody again.
 */
export const mails = projection('mails', ['mails'], {
  ...Object.fromEntries(mailingTypes.map((type) => [type, queue])),
  VerificationIssued: (event) => [outdated(event.data.userId, 'verification'), ...queue(event)],
  EmailVerified: ({ data }) => [outdated(data.userId, 'verification')],
  InviteRevoked: ({ data }) => [suppress(`invite:${data.inviteId}`)],
  InviteRedeemed: ({ data }) => [suppress(`invite:${data.inviteId}`)],
  InviteReplaced: ({ data }) => [suppress(`invite:${data.inviteId}`)],
  InvitePurged: ({ data }) => [remove('mails', { about: `invite:${data.inviteId}` })],
  ReferralCodeDeleted: ({ data }) => [outdated(data.userId, 'referral-code')],
  MailSent: ({ at, data }) => [update('mails', { id: data.mailId }, { status: 'sent', sent_at: at })],
  MailFailed: ({ at, data }) => [
    update('mails', { id: data.mailId }, { status: 'failed', failed_at: at, reason: data.reason }),
  ],
  MailRetried: ({ data }) => [
    update('mails', { id: data.mailId }, { status: 'queued', failed_at: null, reason: null }),
  ],
  UserErased: ({ data }) => [
    remove('mails', { about: `user:${data.userId}` }),
    ...data.inviteIds.map((id) => remove('mails', { about: `invite:${id}` })),
  ],
})

export const mailStates = ['queued', 'sent', 'failed', 'suppressed'] as const
export type MailState = (typeof mailStates)[number]

export type MailFilter = {
  readonly state?: MailState | undefined
  readonly template?: MailTemplate | undefined
  /** One whole address, in its canonical spelling. */
  readonly recipient?: string | undefined
}

export type MailView = {
  readonly id: string
  readonly eventPosition: number
  readonly template: MailTemplate
  readonly about: Tag
  readonly recipient: string | null
  readonly locale: 'en' | 'ru'
  readonly status: MailState
  readonly queuedAt: string
  readonly sentAt: string | null
  readonly failedAt: string | null
  readonly reason: string | null
}

const COLUMNS = `id, event_position as "eventPosition", template, about, recipient, locale, status,
  queued_at as "queuedAt", sent_at as "sentAt", failed_at as "failedAt", reason`

export const mailReads = (db: Reader) => ({
  async get(id: string): Promise<MailView | null> {
    return (await db.get<MailView>(`select ${COLUMNS} from mails where id = $1`, [id])) ?? null
  },

  /** Newest first, by id (a ULID). `after` is the last id of the page before. */
  async list(
    filter: MailFilter,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<MailView[]> {
    const params: Value[] = []
    const place = (value: Value) => `$${params.push(value)}`
    const conditions: string[] = []
    if (filter.state) conditions.push(`status = ${place(filter.state)}`)
    if (filter.template) conditions.push(`template = ${place(filter.template)}`)
    if (filter.recipient) conditions.push(`recipient = ${place(filter.recipient)}`)
    if (after) conditions.push(`id < ${place(after)}`)
    const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
    return db.all<MailView>(
      `select ${COLUMNS} from mails ${where} order by id desc limit ${place(limit)}`,
      params,
    )
  },

  /** The mails sent to an address, newest first. */
  async to(recipient: string, limit: number): Promise<MailView[]> {
    return db.all<MailView>(`select ${COLUMNS} from mails where recipient = $1 order by id desc limit $2`, [
      recipient,
      limit,
    ])
  },

  /** The mails about any of these, newest first. */
  async about(tags: readonly Tag[], limit: number): Promise<MailView[]> {
    const places = tags.map((_, n) => `$${n + 1}`).join(', ')
    return db.all<MailView>(
      `select ${COLUMNS} from mails where about in (${places}) order by id desc limit $${tags.length + 1}`,
      [...tags, limit],
    )
  },

  /** What waits to be sent, since when, and what was given up. */
  async health(): Promise<{
    readonly queued: number
    readonly oldestQueuedAt: string | null
    readonly failed: number
  }> {
    const queued = await countOf(db, `select count(*) as count from mails where status = 'queued'`)
    const oldest = await db.get<{ queuedAt: string }>(
      `select queued_at as "queuedAt" from mails where status = 'queued' order by id limit 1`,
    )
    const failed = await countOf(db, `select count(*) as count from mails where status = 'failed'`)
    return { queued, oldestQueuedAt: oldest?.queuedAt ?? null, failed }
  },

  async latest(limit: number): Promise<MailView[]> {
    return db.all<MailView>(`select ${COLUMNS} from mails order by id desc limit $1`, [limit])
  },
})
