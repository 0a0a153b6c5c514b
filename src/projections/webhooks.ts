import type { EventType } from '../domain/catalogue.ts'
import type { DisablingReason } from '../domain/webhooks/events.ts'
import { insert, projection, type Reader, remove, update, type Value } from './projection.ts'

export const webhookStates = ['active', 'paused', 'disabled'] as const
export type WebhookState = (typeof webhookStates)[number]

/** One row a webhook; gone when it is removed. How far its messages have come is the runner's to know. */
export const webhooks = projection('webhooks', ['webhooks'], {
  WebhookRegistered: ({ position, at, actor, data }) => [
    insert('webhooks', {
      id: data.webhookId,
      url: data.url,
      description: data.description,
      types: JSON.stringify(data.types),
      state: 'active',
      secret_id: data.secretId,
      previous_secret_id: null,
      previous_until: null,
      from_position: position,
      from_event: position,
      registered_at: at,
      registered_by: actor,
      disabled_at: null,
      disabled_reason: null,
    }),
  ],
  WebhookChanged: ({ data: { webhookId, url, description, types } }) => {
    const set = {
      ...(url === null ? {} : { url }),
      ...(description === null ? {} : { description: description || null }),
      ...(types === null ? {} : { types: JSON.stringify(types) }),
    }
    return Object.keys(set).length > 0 ? [update('webhooks', { id: webhookId }, set)] : []
  },
  WebhookPaused: ({ data }) => [
    update('webhooks', { id: data.webhookId }, { state: 'paused', disabled_at: null, disabled_reason: null }),
  ],
  WebhookResumed: ({ data }) => [
    update('webhooks', { id: data.webhookId }, { state: 'active', disabled_at: null, disabled_reason: null }),
  ],
  WebhookDisabled: ({ at, data: { webhookId, reason } }) => [
    update('webhooks', { id: webhookId }, { state: 'disabled', disabled_at: at, disabled_reason: reason }),
  ],
  WebhookSecretRotated: ({ data: { webhookId, secretId, previousSecretId, previousUntil } }) => [
    update(
      'webhooks',
      { id: webhookId },
      { secret_id: secretId, previous_secret_id: previousSecretId, previous_until: previousUntil },
    ),
  ],
  WebhookRewound: ({ position, data: { webhookId, position: first } }) => [
    update('webhooks', { id: webhookId }, { from_position: first - 1, from_event: position }),
  ],
  WebhookRemoved: ({ data }) => [remove('webhooks', { id: data.webhookId })],
})

/** A webhook as pages and the API show it; no secret in it. */
export type WebhookView = {
  readonly id: string
  readonly url: string
  readonly description: string | null
  /** None: every type. */
  readonly types: readonly EventType[]
  readonly state: WebhookState
  readonly secretId: string
  readonly previousUntil: string | null
  readonly registeredAt: string
  readonly registeredBy: string
  readonly disabledAt: string | null
  readonly disabledReason: DisablingReason | null
}

type WebhookRow = Omit<WebhookView, 'types'> & { readonly types: string }

const COLUMNS = `id, url, description, types, state, secret_id as "secretId", previous_until as "previousUntil",
  registered_at as "registeredAt", registered_by as "registeredBy", disabled_at as "disabledAt",
  disabled_reason as "disabledReason"`

const present = (row: WebhookRow): WebhookView => ({ ...row, types: JSON.parse(row.types) as EventType[] })

/** Newest first, by id (a ULID). `after` is the last id of the page before. */
export const webhookReads = (db: Reader) => ({
  async get(id: string): Promise<WebhookView | null> {
    const row = await db.get<WebhookRow>(`select ${COLUMNS} from webhooks where id = $1`, [id])
    return row ? present(row) : null
  },

  async list({ limit, after }: { limit: number; after?: string | undefined }): Promise<WebhookView[]> {
    const params: Value[] = after ? [after, limit] : [limit]
    const rows = await db.all<WebhookRow>(
      `select ${COLUMNS} from webhooks ${after ? 'where id < $1' : ''} order by id desc limit $${params.length}`,
      params,
    )
    return rows.map(present)
  },
})
