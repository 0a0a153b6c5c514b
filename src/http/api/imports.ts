import { z } from 'zod'
import { invitableRoleSchema, localeSchema } from '../../domain/invites/events.ts'
import { type ImportLine, importCodes, importOutcomes } from '../../domain/invites/import-line.ts'
import { csvOf, findImport, planList } from '../acts/imports.ts'
import type { House } from '../house.ts'
import type { ImportView } from '../imports-door.ts'
import { Problem } from '../problems.ts'
import { derivedUlid } from './derived-ulid.ts'
import { operation } from './operation.ts'
import { id, when } from './schemas.ts'

const MAX_JSON_LINES = 10_000
const MAX_JSON_BYTES = 5 * 1024 * 1024
const MAX_CSV_BYTES = 64 * 1024 * 1024
const ROWS = 200

const rowSchema = z
  .strictObject({
    line: z.int().min(1),
    email: z.string().meta({ description: 'canonical; as it was sent, if it is no address' }),
    outcome: z.enum(importOutcomes),
    code: z.nullable(z.enum(importCodes)).meta({ description: 'why it was not taken' }),
    inviteId: z.nullable(id),
  })
  .meta({ id: 'ImportRow' })

const importSchema = z
  .strictObject({
    id,
    state: z.enum(['reading', 'waiting', 'running', 'cancelled', 'done']),
    dryRun: z.boolean().meta({ description: 'read and judged, and nothing issued' }),
    createdAt: when,
    createdBy: z.string(),
    changedAt: when,
    keptUntil: when.meta({ description: 'when its rows are forgotten' }),
    lines: z.int().min(0),
    processed: z.int().min(0),
    counts: z.strictObject(
      Object.fromEntries(importOutcomes.map((outcome) => [outcome, z.int().min(0)])) as Record<
        (typeof importOutcomes)[number],
        z.ZodInt
      >,
    ),
    rows: z.array(rowSchema),
    nextCursor: z.nullable(z.string()),
  })
  .meta({ id: 'InviteImport' })

const presentRow = ({ line, email, outcome, code, inviteId }: ImportLine) => ({
  line,
  email,
  outcome,
  code,
  inviteId: outcome === 'issued' ? inviteId : null,
})

type Page = { readonly which: 'all' | 'problems'; readonly after: number; readonly limit: number }

const present = async (
  house: House,
  one: ImportView,
  page: Page = { which: 'all', after: 0, limit: ROWS },
) => {
  const found = await house.imports.lines(one.id, { ...page, limit: page.limit + 1 })
  const rows = found.slice(0, page.limit)
  return {
    id: one.id,
    state: one.state,
    dryRun: one.state === 'waiting',
    createdAt: one.createdAt,
    createdBy: one.actor,
    changedAt: one.changedAt,
    keptUntil: one.expiresAt,
    lines: one.lines,
    processed: one.processed,
    counts: one.counts,
    rows: rows.map(presentRow),
    nextCursor: found.length > rows.length ? String(rows.at(-1)?.line) : null,
  }
}

const lineSchema = z.strictObject({
  email: z
    .string()
    .max(1000)
    .meta({ examples: ['ada@example.org'] }),
  role: invitableRoleSchema.optional(),
  locale: localeSchema.optional(),
  expiresAt: when.optional(),
})

export const importOperations = [
  operation({
    operationId: 'importInvites',
    method: 'post',
    path: '/invites/imports',
    tag: 'invites',
    summary: 'Invite a list of addresses',
    description:
      'Rows as JSON (10,000 at most), a CSV in `csv`, or the CSV itself as `text/csv` (streamed, 100,000 lines). Whoever has an open ' +
      'invite or is a user already is skipped and named; sending a list again invites nobody twice. The first 200 lines are done when ' +
      'this answers, the rest in the background. With `dryRun` nothing is issued until `POST /invites/imports/{id}/start`.',
    who: 'admin',
    maxBytes: MAX_JSON_BYTES,
    csv: { maxBytes: MAX_CSV_BYTES },
    query: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
    body: z
      .strictObject({
        rows: z.array(lineSchema).min(1).max(MAX_JSON_LINES).optional(),
        csv: z.string().optional(),
        dryRun: z.boolean().optional(),
      })
      .refine(({ rows, csv }) => (rows === undefined) !== (csv === undefined), {
        error: 'rows_or_csv',
        path: ['rows'],
      })
      .meta({
        examples: [{ rows: [{ email: 'ada@example.org' }, { email: 'bob@example.org' }], dryRun: true }],
      }),
    answers: { 202: { description: 'taken up; `Location` tells how it goes on', schema: importSchema } },
    refusals: [
      'import_unreadable',
      'import_empty',
      'import_too_long',
      'idempotency_key_reused',
      'idempotency_in_progress',
    ],
    seesToRepeats: true,
    async handle({ house, body, csv, query, principal, idempotencyKey }) {
      const importId =
        idempotencyKey === null ? house.newId() : derivedUlid(house, `import ${idempotencyKey}`)
      const { rows } = body
      const source = csv ?? [Buffer.from(rows ? csvOf(rows) : (body.csv ?? ''))]
      const actor = `user:${principal.userId}` as const
      const planned = await planList(house, source, {
        id: importId,
        actor,
        hasOwnHeading: rows !== undefined,
      })
      const dryRun = body.dryRun ?? query.dryRun === 'true'
      if (!dryRun && planned.state === 'waiting') {
        await house.imports.begin(importId)
        await house.imports.advance(importId)
      }
      return {
        status: 202,
        headers: { location: `/api/v1/invites/imports/${importId}` },
        body: await present(house, await findImport(house, importId)),
      }
    },
  }),

  operation({
    operationId: 'getInviteImport',
    method: 'get',
    path: '/invites/imports/:id',
    tag: 'invites',
    summary: 'How an import goes on, and what became of each row',
    description: 'Rows in their order; `which=problems` leaves out those that were issued or still can be.',
    who: 'admin',
    query: z.strictObject({
      which: z.enum(['all', 'problems']).default('all'),
      limit: z.coerce.number().int().min(1).max(1000).default(ROWS),
      cursor: z
        .string()
        .regex(/^\d{1,9}$/, 'cursor_malformed')
        .optional()
        .meta({ description: '`nextCursor` of the page before' }),
    }),
    answers: { 200: { description: 'the import', schema: importSchema } },
    refusals: ['import_not_found'],
    async handle({ house, params, query: { which, limit, cursor } }) {
      const found = await findImport(house, params['id'] ?? '')
      return { status: 200, body: await present(house, found, { which, limit, after: Number(cursor ?? 0) }) }
    },
  }),

  operation({
    operationId: 'startInviteImport',
    method: 'post',
    path: '/invites/imports/:id/start',
    tag: 'invites',
    summary: 'Issue what a dry run has found good, or go on with what was cancelled',
    description: 'The first 200 lines are done when this answers, the rest in the background.',
    who: 'admin',
    answers: { 202: { description: 'running', schema: importSchema } },
    refusals: ['import_not_found', 'import_ended'],
    async handle({ house, params }) {
      const { id: importId, state } = await findImport(house, params['id'] ?? '')
      if (state !== 'running' && !(await house.imports.begin(importId))) throw new Problem('import_ended')
      await house.imports.advance(importId)
      return { status: 202, body: await present(house, await findImport(house, importId)) }
    },
  }),

  operation({
    operationId: 'cancelInviteImport',
    method: 'delete',
    path: '/invites/imports/:id',
    tag: 'invites',
    summary: 'Stop an import',
    description: 'What was issued stays issued; the rest stays as it is and can be started again for a day.',
    who: 'admin',
    answers: { 200: { description: 'cancelled; again is the same answer', schema: importSchema } },
    refusals: ['import_not_found', 'import_ended'],
    async handle({ house, params }) {
      const { id: importId, state } = await findImport(house, params['id'] ?? '')
      if (state !== 'cancelled' && !(await house.imports.cancel(importId))) throw new Problem('import_ended')
      return { status: 200, body: await present(house, await findImport(house, importId)) }
    },
  }),
]
