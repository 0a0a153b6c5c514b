import { z } from 'zod'
import { contexts, definitionOf, type EventType } from '../domain/catalogue.ts'
import { mailingTypes } from '../domain/processes/mailing.ts'
import { projections } from '../projections/index.ts'

export type EventField = { readonly name: string; readonly holds: string; readonly isPersonal: boolean }

/** What there is to say about a type of event, read off its declaration. */
export type EventEntry = {
  readonly type: EventType
  readonly version: number
  readonly fields: readonly EventField[]
  readonly projections: readonly string[]
  readonly callsForMail: boolean
  readonly forgets: boolean
}

type Shape = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly (string | null)[]
  readonly const?: string | number | boolean
  readonly format?: string
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
}

/** Written as types are in TypeScript: the same in every language. */
const shown = (shape: Shape): string => {
  if (shape.const !== undefined) return `'${shape.const}'`
  if (shape.enum) return shape.enum.map((one) => `'${one}'`).join(' | ')
  const cases = shape.anyOf ?? shape.oneOf
  if (cases) return cases.map(shown).join(' | ')
  if (shape.items) {
    const item = shown(shape.items)
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`
  }
  if (shape.properties) {
    const fields = Object.entries(shape.properties).map(([name, field]) => `${name}: ${shown(field)}`)
    return `{ ${fields.join('; ')} }`
  }
  if (shape.format === 'date-time') return 'instant'
  return shape.format ?? [shape.type ?? 'unknown'].flat().join(' | ')
}

const entryOf = (type: EventType): EventEntry => {
  const { schema, version, personalFields, forgets } = definitionOf(type)
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output' }) as Shape
  return {
    type,
    version,
    fields: Object.entries(properties).map(([name, field]) => ({
      name,
      holds: shown(field),
      isPersonal: personalFields.includes(name),
    })),
    projections: projections.filter(({ types }) => types.includes(type)).map(({ name }) => name),
    callsForMail: mailingTypes.includes(type),
    forgets: forgets !== undefined,
  }
}

/** Every type of event, by context. */
export const eventChapters = Object.entries(contexts).map(([context, events]) => ({
  context: context as keyof typeof contexts,
  events: (Object.keys(events) as EventType[]).map(entryOf),
}))
