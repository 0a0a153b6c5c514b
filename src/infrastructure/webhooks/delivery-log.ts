import type { Reader, Value } from '../../projections/projection.ts'

type State = 'pending' | 'delivered' | 'failed'

type LoggedDelivery = {
  readonly id: string
  readonly messageId: string
  readonly position: number | null
  readonly type: string
  readonly status: State
  readonly attempts: number
  readonly queuedAt: string
  readonly nextAt: string | null
  readonly finishedAt: string | null
  readonly lastStatus: number | null
  readonly lastReason: string | null
  readonly lastLatencyMs: number | null
}

type LoggedAttempt = {
  readonly number: number
  readonly at: string
  readonly status: number | null
  readonly reason: string | null
  readonly latencyMs: number
}

const DELIVERIES = `select d.id, d.message_id as "messageId", d.position, d.type, d.status, d.attempts,
  d.queued_at as "queuedAt", case when d.status = 'pending' then d.next_at end as "nextAt",
  d.finished_at as "finishedAt", a.status as "lastStatus", a.reason as "lastReason", a.latency_ms as "lastLatencyMs"
  from webhook_deliveries d left join webhook_attempts a on a.delivery_id = d.id and a.number = d.attempts`

type Question = { readonly status?: State | undefined; readonly type?: string | undefined }

/** What became of messages, for those who look after webhooks: statuses and times, nothing of what was in them. */
export const deliveryLog = (db: Reader) => ({
  deliveries(
    webhookId: string,
    { status, type }: Question,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<LoggedDelivery[]> {
    const params: Value[] = [webhookId]
    const where = ['d.webhook_id = $1']
    const also = (condition: string, value: string | undefined) => {
      if (value === undefined) return
      params.push(value)
      where.push(`${condition} $${params.length}`)
    }
    also('d.status =', status)
    also('d.type =', type)
    also('d.id <', after)
    params.push(limit)
    return db.all<LoggedDelivery>(
      `${DELIVERIES} where ${where.join(' and ')} order by d.id desc limit $${params.length}`,
      params,
    )
  },

  async delivery(webhookId: string, id: string): Promise<LoggedDelivery | null> {
    const where = 'where d.webhook_id = $1 and d.id = $2'
    return (await db.get<LoggedDelivery>(`${DELIVERIES} ${where}`, [webhookId, id])) ?? null
  },

  attempts: (deliveryId: string): Promise<LoggedAttempt[]> =>
    db.all<LoggedAttempt>(
      `select number, at, status, reason, latency_ms as "latencyMs" from webhook_attempts
       where delivery_id = $1 order by number desc limit 50`,
      [deliveryId],
    ),
})
