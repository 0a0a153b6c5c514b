import { z } from 'zod'
import type { ApiPrincipal } from '../../projections/principal.ts'
import { noteView } from '../acts/history.ts'
import { visitPast } from '../past.ts'
import { Problem } from '../problems.ts'
import { demand } from './caller.ts'
import type { Answer, Call, Operation, Who } from './operation.ts'

const WAIT_SECONDS = 2

/** How a moment is written, in the query of every operation that can be asked about the past. */
export const atQuery = {
  at: z
    .string()
    .optional()
    .meta({
      description:
        'as it was then: a position of the history or an instant; for auditors and admins. Whoever was forgotten since is so in the past, too',
      examples: ['4711', '2026-03-01T09:00:00Z'],
    }),
}

/** The next page of a list is of the same moment. */
const inTheMoment = ({ headers, ...answer }: Answer, at: string): Answer => ({
  ...answer,
  headers: {
    ...headers,
    ...(headers?.['link'] ? { link: headers['link'].replace('?', `?at=${encodeURIComponent(at)}&`) } : {}),
  },
})

/** Carries out an operation in the house as it was. Who may ask is decided by the present. */
export const askPast = async (
  { handle }: Operation,
  asOf: NonNullable<Operation['asOf']>,
  call: Call<unknown, unknown, Who>,
  at: string,
): Promise<Answer> => {
  const { house, params, correlation } = call
  const caller = demand({ who: 'auditor' }, call.principal as ApiPrincipal | null)
  await noteView(house, caller.userId, correlation)
  const visited = await visitPast(
    house,
    at,
    (known) => asOf(known, params),
    (past) => handle({ ...call, house: past }),
  )
  if (visited.outcome === 'done') return inTheMoment(visited.result, at)
  throw new Problem(
    'past_being_prepared',
    { percent: visited.percent },
    { 'retry-after': String(WAIT_SECONDS) },
  )
}
