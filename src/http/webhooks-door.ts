export const deliveryStates = ['pending', 'delivered', 'failed'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** One message to one webhook, and what came of it last. */
export type DeliveryView = {
  readonly id: string
  /** `webhook-id`: the same however often it is sent. */
  readonly messageId: string
  /** Where the event stands; null for a message that was sent to try the webhook out. */
  readonly position: number | null
  readonly type: string
  readonly status: DeliveryState
  readonly attempts: number
  readonly queuedAt: string
  readonly nextAt: string | null
  readonly finishedAt: string | null
  readonly lastStatus: number | null
  readonly lastReason: string | null
  readonly lastLatencyMs: number | null
}

export type AttemptView = {
  readonly number: number
  readonly at: string
  /** HTTP; null when nothing was answered. */
  readonly status: number | null
  readonly reason: string | null
  readonly latencyMs: number
}

export type DeliveryQuestion = {
  readonly status?: DeliveryState | undefined
  readonly type?: string | undefined
}

/** What pages and the API may do about webhooks beyond their commands. */
export type WebhooksDoor = {
  /** The service is at home on its own machine, and may speak to it in clear. */
  readonly isAtHome: boolean
  readonly secret: (secretId: string) => string
  /** The newest first; `after` is the last id of the page before. */
  readonly deliveries: (
    webhookId: string,
    question: DeliveryQuestion,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => Promise<readonly DeliveryView[]>
  readonly delivery: (webhookId: string, id: string) => Promise<DeliveryView | null>
  readonly attempts: (deliveryId: string) => Promise<readonly AttemptView[]>
  /** Sends one again; false if there is none of that id. */
  readonly again: (webhookId: string, id: string) => Promise<boolean>
  /** Sends a message that stands for no event, once and now, also to one that is paused. */
  readonly test: (webhookId: string) => Promise<DeliveryView | null>
}
