import { z } from 'zod'

/** What an event is about, in clear: `invite:01J…`, `user:01J…`, `email:ada@example.org`. Engines index it; see `digestedTagKinds`. */
export type Tag = `${string}:${string}`

/** Whose personal data an event carries. Its key lives in the vault; destroying the key forgets the data. Named like a tag. */
export type Subject = `user:${string}` | `invite:${string}`

/** Who wished it: `user:<ulid>`, `operator` (the command line), `system` (the service itself) or `anonymous`. */
export type Actor = `user:${string}` | 'operator' | 'system' | 'anonymous'

/** ISO 8601 in UTC with exactly three decimals, so that comparing strings compares moments. */
export type Instant = string

export const ulidSchema = z.ulid()
export const instantSchema = z.iso.datetime({ precision: 3 })

/** Tags of these kinds hold personal data: engines store a keyed digest instead, and remove it with the subject. */
export const digestedTagKinds = ['email'] as const

const personalFields = z.registry<{ personal: true }>()

/**
 * Marks a field as personal: the codec encrypts it under the event's subject.
 * It reads as null once the subject has been forgotten, so every reader has to say what it does then.
 */
export const personal = <S extends z.ZodType>(schema: S): z.ZodNullable<S> => {
  const field = z.nullable(schema)
  personalFields.add(field, { personal: true })
  return field
}

export type EventDefinition<S extends z.ZodObject = z.ZodObject> = {
  /** Raised with every change of the schema; older stored versions reach readers through `upcasts`. */
  readonly version: number
  readonly schema: S
  readonly personalFields: readonly string[]
  readonly tags: (data: z.infer<S>) => readonly Tag[]
  /** Whose key encrypts the personal fields; required when there are any. */
  readonly subject?: (data: z.infer<S>) => Subject
  /** Subjects whose keys and address digests are destroyed in the commit of this event. */
  readonly forgets?: (data: z.infer<S>) => readonly Subject[]
  /** From a stored version to the next one; the only place that knows old shapes. */
  readonly upcasts: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>
}

/** Declares an event type. The schema is the promise: what is stored once must be readable for ever. */
export const eventType = <S extends z.ZodObject>(
  definition: Omit<EventDefinition<S>, 'version' | 'personalFields' | 'upcasts'> &
    Partial<Pick<EventDefinition<S>, 'version' | 'upcasts'>>,
): EventDefinition<S> => {
  const fields = Object.entries(definition.schema.shape)
    .filter(([, field]) => personalFields.has(field))
    .map(([name]) => name)
  if (fields.length > 0 && !definition.subject) throw new Error('personal fields need a subject')
  return { version: 1, upcasts: {}, ...definition, personalFields: fields }
}
