import { type DomainEvent, definitionOf } from '../../domain/catalogue.ts'

/** What is sent: its id, by which a receiver knows a repetition, and its body. */
export type Message = { readonly id: string; readonly body: string }

/**
 * An event as others are told of it. Nothing personal leaves the house this way: who may know more asks the API by the
 * ids that stand here, and is told what is still known then. The position shows the order, and gaps.
 */
export const messageOf = (event: DomainEvent): Message => {
  const { personalFields } = definitionOf(event.type)
  const data = Object.fromEntries(
    Object.entries(event.data).filter(([field]) => !personalFields.includes(field)),
  )
  const { id, type, version, position, at } = event
  return { id, body: JSON.stringify({ type, timestamp: at, data, id, position, version }) }
}

/** The type of a message that stands for no event. */
export const TEST_TYPE = 'Test'

export const testMessage = (id: string, webhookId: string, at: string): Message => ({
  id,
  body: JSON.stringify({
    type: TEST_TYPE,
    timestamp: at,
    data: { webhookId },
    id,
    position: null,
    version: 1,
  }),
})
