import type { Reader } from '../../projections/projection.ts'
import type { Clock } from '../clock.ts'
import type { Work } from '../database/work.ts'
import type { Ids } from '../ids.ts'
import { deliveryLog } from './delivery-log.ts'
import { TEST_TYPE } from './message.ts'
import type { RowKeeper } from './row-keeper.ts'
import type { Sender } from './sending.ts'
import type { Delivery, Receiver } from './webhook-rows.ts'
import * as rows from './webhook-rows.ts'

type Parts = {
  readonly reader: Reader
  readonly keeper: RowKeeper
  readonly send: Sender
  readonly clock: Clock
  readonly ids: Ids
}

/** What admins do about deliveries: look at them, have one sent again, try a webhook out. */
export const openWebhookDesk = ({ reader, keeper, send, clock, ids }: Parts) => {
  const log = deliveryLog(reader)

  function* queued(webhookId: string, id: string): Work<{ receiver: Receiver; delivery: Delivery } | null> {
    const receiver = yield* rows.receiverOf(webhookId)
    if (!receiver) return null
    yield* rows.queueOnce(id, { webhookId, messageId: id, position: null, type: TEST_TYPE }, clock())
    const delivery = yield* rows.deliveryOf(webhookId, id)
    return delivery && { receiver, delivery }
  }

  return {
    ...log,
    again: (webhookId: string, id: string) => keeper.change(() => rows.again(webhookId, id, clock())),

    async test(webhookId: string) {
      const id = ids()
      const ready = await keeper.change(() => queued(webhookId, id))
      if (!ready) return null
      const attempted = await send(ready.receiver, ready.delivery)
      await keeper.change(() =>
        rows.settle({ ...attempted, delivery: ready.delivery, at: clock(), nextAt: null }),
      )
      return log.delivery(webhookId, id)
    },
  }
}
