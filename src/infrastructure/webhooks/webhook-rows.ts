import type { Value } from '../../projections/projection.ts'
import { all, type Work } from '../database/work.ts'

/** A webhook that may have something to do, with the runner's notes on it. */
export type Standing = {
  readonly id: string
  readonly url: string
  readonly types: string
  readonly secretId: string
  readonly previousSecretId: string | null
  readonly previousUntil: string | null
  readonly fromPosition: number
  readonly fromEvent: number
  readonly position: number | null
  readonly cursorEvent: number | null
  readonly leasedBy: string | null
  readonly leasedUntil: string | null
  readonly pending: number
  readonly due: number
}

/** Where a webhook leads, and what is signed with there. */
export type Receiver = Pick<Standing, 'url' | 'secretId' | 'previousSecretId' | 'previousUntil'>

export type Delivery = {
  readonly id: string
  readonly webhookId: string
  readonly messageId: string
  readonly position: number | null
  readonly type: string
  readonly attempts: number
  readonly failures: number
  readonly queuedAt: string
}

type Message = Pick<Delivery, 'webhookId' | 'messageId' | 'position' | 'type'>

export type Settled = {
  readonly delivery: Delivery
  readonly at: string
  readonly status: number | null
  readonly reason: string | null
  readonly latencyMs: number
  /** When it is tried again; null when it has arrived or is given up. */
  readonly nextAt: string | null
}

const ask = (sql: string, params: readonly Value[] = []): Work<readonly Record<string, unknown>[]> =>
  all(sql, params)

const STANDING = `w.id, w.url, w.types, w.secret_id as "secretId", w.previous_secret_id as "previousSecretId",
  w.previous_until as "previousUntil", w.from_position as "fromPosition", w.from_event as "fromEvent",
  c.position, c.from_event as "cursorEvent", c.leased_by as "leasedBy", c.leased_until as "leasedUntil",
  (select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.status = 'pending') as pending,
  (select count(*) from webhook_deliveries d
    where d.webhook_id = w.id and d.status = 'pending' and d.next_at <= $1) as due`
const DELIVERY = `id, webhook_id as "webhookId", message_id as "messageId", position, type, attempts, failures,
  queued_at as "queuedAt"`

const numbers = (row: Record<string, unknown>): Standing =>
  ({ ...row, pending: Number(row['pending']), due: Number(row['due']) }) as unknown as Standing

export const activeWebhooks = function* (now: string): Work<readonly Standing[]> {
  const rows = yield* ask(
    `select ${STANDING} from webhooks w left join webhook_cursors c on c.webhook_id = w.id
     where w.state = 'active' order by w.id`,
    [now],
  )
  return rows.map(numbers)
}

/** Takes the only seat at a webhook, or keeps it; null when somebody else has it. Answers how far it has come. */
export const takeSeat = function* (
  { id, fromPosition, fromEvent }: Pick<Standing, 'id' | 'fromPosition' | 'fromEvent'>,
  { by, now, until }: { readonly by: string; readonly now: string; readonly until: string },
): Work<number | null> {
  yield* ask(
    `insert into webhook_cursors (webhook_id, from_event, position) values ($1, $2, $3)
     on conflict (webhook_id) do nothing`,
    [id, fromEvent, fromPosition],
  )
  const [seat] = yield* ask(
    `update webhook_cursors set leased_by = $1, leased_until = $2
     where webhook_id = $3 and (leased_by is null or leased_by = $1 or leased_until <= $4)
     returning position, from_event as "fromEvent"`,
    [by, until, id, now],
  )
  if (!seat) return null
  if (Number(seat['fromEvent']) === fromEvent) return Number(seat['position'])
  yield* ask('update webhook_cursors set position = $1, from_event = $2 where webhook_id = $3', [
    fromPosition,
    fromEvent,
    id,
  ])
  return fromPosition
}

export const leaveSeat = function* (webhookId: string, by: string): Work<void> {
  yield* ask(
    'update webhook_cursors set leased_by = null, leased_until = null where webhook_id = $1 and leased_by = $2',
    [webhookId, by],
  )
}

export const moveOn = function* (webhookId: string, position: number): Work<void> {
  yield* ask('update webhook_cursors set position = $1 where webhook_id = $2', [position, webhookId])
}

/** A message that is sent by whoever queues it, and by nobody else. */
export const queueOnce = function* (
  id: string,
  { webhookId, messageId, position, type }: Message,
  now: string,
): Work<void> {
  yield* ask(
    `insert into webhook_deliveries
       (id, webhook_id, message_id, position, type, status, attempts, failures, queued_at, next_at, finished_at)
     values ($1, $2, $3, $4, $5, 'failed', 0, 0, $6, $6, $6)`,
    [id, webhookId, messageId, position, type, now],
  )
}

/** Queues a message; one that was sent before (the webhook was rewound) is sent again under its old id. */
export const queue = function* (
  id: string,
  { webhookId, messageId, position, type }: Message,
  now: string,
): Work<void> {
  yield* ask(
    `insert into webhook_deliveries
       (id, webhook_id, message_id, position, type, status, attempts, failures, queued_at, next_at)
     values ($1, $2, $3, $4, $5, 'pending', 0, 0, $6, $6)
     on conflict (webhook_id, message_id)
     do update set status = 'pending', failures = 0, queued_at = $6, next_at = $6, finished_at = null`,
    [id, webhookId, messageId, position, type, now],
  )
}

export const dueDeliveries = function* (
  webhookId: string,
  now: string,
  limit: number,
): Work<readonly Delivery[]> {
  const rows = yield* ask(
    `select ${DELIVERY} from webhook_deliveries
     where webhook_id = $1 and status = 'pending' and next_at <= $2 order by coalesce(position, 0), id limit $3`,
    [webhookId, now, limit],
  )
  return rows as unknown as readonly Delivery[]
}

/** Writes down an attempt and what becomes of the delivery. A webhook that was removed meanwhile leaves nothing behind. */
export const settle = function* ({ delivery, at, status, reason, latencyMs, nextAt }: Settled): Work<void> {
  const { id, webhookId, attempts, failures } = delivery
  const number = attempts + 1
  const hasArrived = reason === null
  const state = hasArrived ? 'delivered' : nextAt === null ? 'failed' : 'pending'
  const changed = yield* ask(
    `update webhook_deliveries set status = $1, attempts = $2, failures = $3, next_at = $4, finished_at = $5
     where id = $6 returning id`,
    [state, number, hasArrived ? 0 : failures + 1, nextAt ?? at, state === 'pending' ? null : at, id],
  )
  if (changed.length === 0) return
  yield* ask(
    `insert into webhook_attempts (delivery_id, number, webhook_id, at, status, reason, latency_ms)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (delivery_id, number) do nothing`,
    [id, number, webhookId, at, status, reason, latencyMs],
  )
  if (hasArrived) {
    yield* ask('update webhook_cursors set last_success_at = $1 where webhook_id = $2', [at, webhookId])
  }
}

/** Where a webhook leads and what it is signed with, whatever its state. */
export const receiverOf = function* (webhookId: string): Work<Receiver | null> {
  const [row] = yield* ask(
    `select url, secret_id as "secretId", previous_secret_id as "previousSecretId",
       previous_until as "previousUntil" from webhooks where id = $1`,
    [webhookId],
  )
  return (row as unknown as Receiver | undefined) ?? null
}

/** When something last arrived there. */
export const lastSuccess = function* (webhookId: string): Work<string | null> {
  const [row] = yield* ask(
    'select last_success_at as "lastSuccessAt" from webhook_cursors where webhook_id = $1',
    [webhookId],
  )
  return (row?.['lastSuccessAt'] as string | null | undefined) ?? null
}

/** Sends one again that has come to its end; answers whether there was one. */
export const again = function* (webhookId: string, id: string, now: string): Work<boolean> {
  const rows = yield* ask(
    `update webhook_deliveries set status = 'pending', failures = 0, queued_at = $1, next_at = $1, finished_at = null
     where webhook_id = $2 and id = $3 returning id`,
    [now, webhookId, id],
  )
  return rows.length > 0
}

export const deliveryOf = function* (webhookId: string, id: string): Work<Delivery | null> {
  const [row] = yield* ask(`select ${DELIVERY} from webhook_deliveries where webhook_id = $1 and id = $2`, [
    webhookId,
    id,
  ])
  return (row as unknown as Delivery | undefined) ?? null
}

/** Throws away what has been over for long, and what belonged to a webhook that was removed. */
export const sweep = function* (before: string): Work<void> {
  const over = `finished_at < $1 or not exists (select 1 from webhooks w where w.id = webhook_id)`
  yield* ask(
    `delete from webhook_attempts where delivery_id in (select id from webhook_deliveries where ${over})`,
    [before],
  )
  yield* ask(`delete from webhook_deliveries where ${over}`, [before])
  yield* ask(
    'delete from webhook_cursors where not exists (select 1 from webhooks w where w.id = webhook_id)',
  )
}
