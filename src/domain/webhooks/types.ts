import { z } from 'zod'
import { type EventType, eventTypes } from '../catalogue.ts'

/** Which events a webhook is told of; none named: all. */
export const webhookTypesSchema = z.array(z.enum(eventTypes)).max(eventTypes.length)

/** In the catalogue's order, each once: one choice is written in one way. */
export const inOrder = (types: readonly EventType[]): EventType[] =>
  eventTypes.filter((type) => types.includes(type))
