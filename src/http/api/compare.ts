import { z } from 'zod'
import { comparedKinds, type Difference } from '../../projections/comparing.ts'
import { compareMoments, comparisonFor } from '../acts/compare.ts'
import { noteView } from '../acts/history.ts'
import { momentOf } from '../acts/moments.ts'
import { operation } from './operation.ts'
import { causeSchema, presentCause, when } from './schemas.ts'

const EVENTS_SHOWN = 20

const value = z.union([z.string(), z.number(), z.null()])
const moment = z.string().meta({
  description: 'a position of the history or an instant',
  examples: ['4711', '2026-03-01T09:00:00Z'],
})
const momentSchema = z.strictObject({ position: z.int().min(0), at: when }).meta({ id: 'Moment' })

const differenceSchema = z
  .strictObject({
    kind: z.enum(comparedKinds),
    id: z.string().meta({ description: 'what it is called by; of a role, its name' }),
    about: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
    change: z.enum(['came', 'went', 'changed']),
    fields: z.array(
      z.strictObject({
        name: z.string().meta({ examples: ['suspendedAt'] }),
        from: value,
        to: value,
        personal: z
          .boolean()
          .meta({ description: 'shown to admins; `•••` to auditors; null once forgotten' }),
      }),
    ),
    eventCount: z.int().min(0),
    events: z.array(causeSchema).meta({ description: `the events that did it, the last ${EVENTS_SHOWN}` }),
  })
  .meta({ id: 'Difference' })

export const presentDifference = ({
  events,
  fields,
  ...difference
}: Difference): z.infer<typeof differenceSchema> => ({
  kind: difference.kind,
  id: difference.id,
  about: difference.about,
  change: difference.change,
  fields: fields.map(({ name, from, to, isPersonal }) => ({ name, from, to, personal: isPersonal })),
  eventCount: events.length,
  events: events.slice(-EVENTS_SHOWN).map(presentCause),
})

export const compareOperations = [
  operation({
    operationId: 'compareMoments',
    method: 'get',
    path: '/history/compare',
    tag: 'history',
    summary: 'What changed between two moments',
    description:
      'Invites, users, roles, sessions, codes, referrals, verifications, suspended subtrees and applications that came, went or changed, with old and new values and the events that did it. The earlier moment is `from`, whichever is given first. Who reads it is noted, once an hour.',
    who: 'auditor',
    query: z.strictObject({
      from: moment,
      to: moment,
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, { error: 'cursor_malformed' })
        .optional()
        .meta({ description: '`nextCursor` of the page before' }),
    }),
    answers: {
      200: {
        description: 'a page; `Link` leads to the next',
        schema: z.strictObject({
          from: momentSchema,
          to: momentSchema,
          items: z.array(differenceSchema),
          nextCursor: z.nullable(z.string()),
        }),
      },
    },
    refusals: ['moment_malformed', 'moment_in_future'],
    async handle({ house, query, principal, correlation }) {
      const given = [await momentOf(house, query.from), await momentOf(house, query.to)] as const
      const [from, to] = given[0].position <= given[1].position ? given : ([given[1], given[0]] as const)
      await noteView(house, principal.userId, correlation)
      const range = { from: from.position, to: to.position }
      const after = query.cursor === undefined ? {} : { after: Number(query.cursor) }
      const { differences, next } = await compareMoments(house, { ...range, ...after })
      const items = comparisonFor(differences, principal.roles.includes('admin')).map(presentDifference)
      const nextCursor = next === null ? null : String(next)
      const search = new URLSearchParams({
        from: String(range.from),
        to: String(range.to),
        cursor: nextCursor ?? '',
      })
      const headers =
        nextCursor === null ? {} : { link: `</api/v1/history/compare?${search.toString()}>; rel="next"` }
      return { status: 200, body: { from, to, items, nextCursor }, headers }
    },
  }),
]
