import { canonicalAddress } from '../../domain/address.ts'
import {
  contexts,
  type DomainEvent,
  definitionOf,
  type EventType,
  isEventType,
  tagsOf,
} from '../../domain/catalogue.ts'
import { type Actor, digestedTagKinds, type Instant, type Tag, ulidSchema } from '../../domain/event.ts'
import { hourOf, recordHistoryView } from '../../domain/history/record-history-view.ts'
import { emailTag } from '../../domain/invites/events.ts'
import { readCode } from '../../domain/referrals/code.ts'
import { referralCodeTag } from '../../domain/referrals/events.ts'
import type { House } from '../house.ts'
import { problemOf } from '../problems.ts'

/** What an auditor sees of what is personal: that there is something. */
export const MASK = '•••'

/** Notes that somebody reads the history: once an hour, before they are shown any of it. */
export const noteView = async (house: House, viewerId: string, correlation: string): Promise<void> => {
  const wish = { viewerId, hour: hourOf(house.now()) }
  const outcome = await house.execute(recordHistoryView, wish, { actor: `user:${viewerId}`, correlation })
  if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
}

/** An event as somebody may see it: what is personal is for admins, everybody else sees that it is there. */
export const shownTo = <E extends DomainEvent>(event: E, seesPersons: boolean): E => {
  if (seesPersons) return event
  const given: Record<string, unknown> = event.data
  const masked = definitionOf(event.type).personalFields.filter((field) => given[field] !== null)
  return { ...event, data: { ...event.data, ...Object.fromEntries(masked.map((field) => [field, MASK])) } }
}

const isPersonal = (tag: Tag): boolean => digestedTagKinds.some((kind) => tag.startsWith(`${kind}:`))

/** What an event is about; addresses are named to admins only. */
export const shownTags = (event: DomainEvent, seesPersons: boolean): Tag[] =>
  [...new Set(tagsOf(event))].filter((tag) => seesPersons || !isPersonal(tag))

/** A tag as it was typed, an address with or without its kind before it; null if it can't be meant. */
export const tagFrom = (text: string): Tag | null => {
  const email = /^(?:email:)?([^\s:]+@.+)$/.exec(text)?.[1]
  if (email !== undefined) {
    const canonical = canonicalAddress(email)
    return canonical === null ? null : emailTag(canonical)
  }
  return /^[a-z][a-z-]*:\S{1,200}$/.test(text) ? (text as Tag) : null
}

/** The same, or a referral code as people pass it on, also one that nobody can come by any more. */
export const aboutFrom = async ({ reads }: House, text: string): Promise<Tag | null> => {
  const tag = tagFrom(text)
  const code = tag === null ? readCode(text) : null
  const codeId = code === null ? null : await reads.referralCodes.idOf(code)
  return codeId === null ? tag : referralCodeTag(codeId)
}

const NAMED_ACTORS: readonly Actor[] = ['operator', 'system', 'anonymous']

/** An actor as it was typed, users with or without their kind before the id; null if it can't be meant. */
export const actorFrom = (text: string): Actor | null => {
  const named = NAMED_ACTORS.find((one) => one === text)
  if (named) return named
  const id = ulidSchema.safeParse(text.replace(/^user:/, ''))
  return id.success ? `user:${id.data}` : null
}

/** A moment as forms and callers write it: a day, a minute or more of it, in UTC. */
export const momentFrom = (text: string): Instant | null => {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z?)?$/.test(text)) return null
  const ms = Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

export type ContextName = keyof typeof contexts
export const contextNames = Object.keys(contexts) as readonly ContextName[]

export const typesOf = (context: ContextName): readonly EventType[] =>
  Object.keys(contexts[context]).filter(isEventType)

/** The types that a name stands for: one, or all of a context; null if there is no such thing. */
export const typesNamed = (name: string): readonly EventType[] | null => {
  if (isEventType(name)) return [name]
  const context = contextNames.find((one) => one === name)
  return context ? typesOf(context) : null
}

/** How many effects of an event are named where it is shown. */
export const EFFECTS_SHOWN = 20

/** Which event an event follows from, and which follow from it. */
export const chainOf = async ({ history }: House, { id, causation }: DomainEvent) => {
  const causePosition = causation === null ? null : await history.positionOf(causation)
  const cause = causePosition === null ? null : await history.at(causePosition)
  const effects = await history.page({ causation: id }, { limit: EFFECTS_SHOWN + 1, afterPosition: 0 })
  return { cause: cause?.event ?? null, effects }
}
