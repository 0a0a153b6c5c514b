import type { z } from 'zod'
import { clientEvents } from './clients/events.ts'
import type { Actor, EventDefinition, Instant, Tag } from './event.ts'
import { historyEvents } from './history/events.ts'
import { inviteEvents } from './invites/events.ts'
import { mailEvents } from './mails/events.ts'
import { referralEvents } from './referrals/events.ts'
import { sessionEvents } from './sessions/events.ts'
import { settingEvents } from './settings/events.ts'
import { userEvents } from './users/events.ts'
import { webhookEvents } from './webhooks/events.ts'

/** Every event type there is, by context: what the codec, the docs and the golden files read. */
export const contexts = {
  invites: inviteEvents,
  users: userEvents,
  sessions: sessionEvents,
  mails: mailEvents,
  clients: clientEvents,
  webhooks: webhookEvents,
  referrals: referralEvents,
  history: historyEvents,
  settings: settingEvents,
} as const

export const catalogue = {
  ...inviteEvents,
  ...userEvents,
  ...sessionEvents,
  ...mailEvents,
  ...clientEvents,
  ...webhookEvents,
  ...referralEvents,
  ...historyEvents,
  ...settingEvents,
} as const

type Catalogue = typeof catalogue
export type EventType = keyof Catalogue
export type DataOf<K extends EventType> = z.infer<Catalogue[K]['schema']>

/** What a decision wants written. `causation` names the event it follows from, where the command's own is not meant. */
export type NewEventOf<K extends EventType> = {
  readonly type: K
  readonly data: DataOf<K>
  readonly causation?: string
}
export type NewEvent = { [K in EventType]: NewEventOf<K> }[EventType]

/** An event as it stands in the history: position is the total order, id a ULID, causation the id of the event it follows from. */
export type EventOf<K extends EventType> = {
  readonly position: number
  readonly id: string
  readonly type: K
  readonly version: number
  readonly at: Instant
  readonly actor: Actor
  readonly causation: string | null
  readonly correlation: string
  readonly data: DataOf<K>
}
export type DomainEvent = { [K in EventType]: EventOf<K> }[EventType]

export const eventTypes = Object.keys(catalogue) as EventType[]
export const isEventType = (name: string): name is EventType => Object.hasOwn(catalogue, name)

/** The definition with its types widened: for code that treats every event alike, such as the codec. */
export const definitionOf = (type: EventType): EventDefinition =>
  catalogue[type] as unknown as EventDefinition

export const tagsOf = (event: NewEvent | DomainEvent): readonly Tag[] =>
  definitionOf(event.type).tags(event.data)
