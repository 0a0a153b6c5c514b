import { z } from 'zod'
import { type DomainEvent, definitionOf, type EventType, eventTypes } from '../../domain/catalogue.ts'
import { actorFrom, chainOf, momentFrom, noteView, shownTags, shownTo, tagFrom } from '../acts/history.ts'
import { Problem } from '../problems.ts'
import { operation } from './operation.ts'
import { causeSchema, id, presentCause, when } from './schemas.ts'

const MAX_LIMIT = 100
const USUAL_LIMIT = 50

const eventFields = {
  position: z.int().min(1),
  id,
  type: z.enum(eventTypes as [EventType, ...EventType[]]),
  version: z.int().min(1),
  at: when,
  actor: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
  causation: z.nullable(id).meta({ description: 'id of the event that it follows from' }),
  correlation: z.string().meta({ description: 'the same for everything of one request' }),
  tags: z
    .array(z.string())
    .meta({ description: 'what it is about', examples: [['invite:01JNZ8K3V5Q2W9X7T4R6Y1M0AB']] }),
  data: z.record(z.string(), z.unknown()).meta({
    description: 'personal fields read null once the person has been forgotten, and ••• to auditors',
  }),
  personal: z.array(z.string()).meta({ description: 'which fields are personal', examples: [['email']] }),
}
const eventSchema = z.strictObject(eventFields).meta({ id: 'Event' })
const keptSchema = z
  .strictObject({
    ...eventFields,
    forgotten: z
      .boolean()
      .meta({ description: 'something personal was in it that nobody can read any more' }),
    sha256: z.string().meta({ description: 'of the event as it is stored, in hex' }),
    cause: z.nullable(causeSchema),
    effects: z.array(causeSchema).meta({ description: 'what follows from it, the first of them' }),
  })
  .meta({ id: 'EventDetails' })

const present = (event: DomainEvent, isAdmin: boolean): z.infer<typeof eventSchema> => {
  const { position, id: eventId, type, version, at, actor, causation, correlation } = event
  return {
    position,
    id: eventId,
    type,
    version,
    at,
    actor,
    causation,
    correlation,
    tags: shownTags(event, isAdmin),
    data: { ...shownTo(event, isAdmin).data },
    personal: [...definitionOf(type).personalFields],
  }
}

const read = <T>(from: (text: string) => T | null, code: string) =>
  z
    .string()
    .max(300)
    .transform((text, context) => {
      const found = from(text)
      if (found !== null) return found
      context.addIssue({ code: 'custom', message: code })
      return z.NEVER
    })

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const moment = read(momentFrom, 'moment_malformed').meta({ examples: ['2026-03-01T09:00Z'] })

export const historyOperations = [
  operation({
    operationId: 'listEvents',
    method: 'get',
    path: '/history',
    tag: 'history',
    summary: 'Events, newest first',
    description:
      'Filters combine. With `after` the oldest come first, from behind that position on: ask again with the last position to follow the history. Who reads it is noted in it, once an hour.',
    who: 'auditor',
    query: z
      .strictObject({
        limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(USUAL_LIMIT),
        cursor: place.optional().meta({ description: '`nextCursor` of the page before' }),
        after: place.optional().meta({ description: 'a position' }),
        type: z.enum(eventTypes as [EventType, ...EventType[]]).optional(),
        tag: read(tagFrom, 'tag_malformed')
          .optional()
          .meta({ description: 'what they are about', examples: ['email:ada@example.org'] }),
        actor: read(actorFrom, 'actor_malformed')
          .optional()
          .meta({ examples: ['operator'] }),
        correlation: z.string().max(60).optional(),
        since: moment.optional(),
        before: moment.optional(),
      })
      .refine(({ cursor, after }) => cursor === undefined || after === undefined, {
        error: 'direction_given_twice',
        path: ['after'],
      }),
    answers: {
      200: {
        description: 'a page; `Link` leads to the next',
        schema: z.strictObject({ items: z.array(eventSchema), nextCursor: z.nullable(z.string()) }),
      },
    },
    refusals: [],
    async handle({ house, query, principal, correlation }) {
      await noteView(house, principal.userId, correlation)
      const { limit, cursor, after, type, ...question } = query
      const found = await house.history.page(
        { ...question, types: type && [type] },
        { limit: limit + 1, beforePosition: cursor, afterPosition: after },
      )
      const events = found.slice(0, limit)
      const last = events.at(-1)
      const isAdmin = principal.roles.includes('admin')
      const items = events.map((event) => present(event, isAdmin))
      if (found.length <= limit || !last) return { status: 200, body: { items, nextCursor: null } }
      const next = new URLSearchParams()
      for (const [name, value] of Object.entries({ ...question, type }))
        if (value !== undefined) next.set(name, value)
      next.set('limit', String(limit))
      next.set(after === undefined ? 'cursor' : 'after', String(last.position))
      return {
        status: 200,
        body: { items, nextCursor: after === undefined ? String(last.position) : null },
        headers: { link: `</api/v1/history?${next.toString()}>; rel="next"` },
      }
    },
  }),

  operation({
    operationId: 'getEvent',
    method: 'get',
    path: '/history/:position',
    tag: 'history',
    summary: 'One event',
    description: 'With what it follows from and what follows from it. Who reads it is noted, once an hour.',
    who: 'auditor',
    answers: { 200: { description: 'the event', schema: keptSchema } },
    refusals: ['not_found'],
    async handle({ house, params, principal, correlation }) {
      const position = /^[1-9]\d{0,14}$/.test(params['position'] ?? '') ? Number(params['position']) : null
      const kept = position === null ? null : await house.history.at(position)
      if (!kept) throw new Problem('not_found')
      await noteView(house, principal.userId, correlation)
      const { cause, effects } = await chainOf(house, kept.event)
      return {
        status: 200,
        body: {
          ...present(kept.event, principal.roles.includes('admin')),
          forgotten: kept.isForgotten,
          sha256: kept.digest,
          cause: cause && presentCause(cause),
          effects: effects.map(presentCause),
        },
      }
    },
  }),
]
