import { clientNameSchema, MAX_REDIRECT_URIS, redirectUrisSchema } from '../../domain/clients/client.ts'
import type { Refusal } from '../../domain/decision.ts'
import { Problem, problemOf } from '../problems.ts'
import type { Ctx, FieldError, Fields, Kit } from './kit.ts'
import type { TextKey } from './texts/en.ts'

/** What was typed into the form of a client. */
export type ClientDraft = {
  readonly name: string
  readonly redirectUris: string
}

export const draftOf = ({ name = '', redirectUris = '' }: Fields): ClientDraft => ({ name, redirectUris })

/** One a line; empty lines mean nothing. */
export const urisIn = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

const nameProblem = (name: string): TextKey | null => {
  if (name.trim() === '') return 'field.required'
  const issue = clientNameSchema.safeParse(name).error?.issues[0]
  if (!issue) return null
  return issue.code === 'too_big' ? 'field.tooLong' : 'users.name.control'
}

const urisProblem = (uris: readonly string[]): TextKey | null => {
  if (uris.length === 0 || uris.length > MAX_REDIRECT_URIS) return 'clients.redirectUris.one'
  return redirectUrisSchema.safeParse(uris).success ? null : 'field.tooLong'
}

/** What is wrong with a client's form before a command is even tried. */
export const clientErrors = ({ t }: Kit, ctx: Ctx, draft: ClientDraft): FieldError[] => {
  const errors = [
    { field: 'name', label: 'clients.name', problem: nameProblem(draft.name) },
    {
      field: 'redirectUris',
      label: 'clients.redirectUris',
      problem: urisProblem(urisIn(draft.redirectUris)),
    },
  ] as const
  return errors.flatMap(({ field, label, problem }) =>
    problem === null ? [] : [{ field, label: t(ctx, label), message: t(ctx, problem) }],
  )
}

/** A refusal that says which field is wrong stands beside it; any other is a problem of the whole page. */
export const refusedField = ({ t }: Kit, ctx: Ctx, refusal: Refusal): FieldError[] => {
  const place = refusal.details?.['place']
  if (refusal.code !== 'redirect_uri_invalid' || place === undefined) throw problemOf(refusal)
  return [
    {
      field: 'redirectUris',
      label: t(ctx, 'clients.redirectUris'),
      message: t(ctx, 'clients.redirectUris.unfit', { place }),
    },
  ]
}

export const kindIn = ({ kind }: Fields): 'public' | 'confidential' => {
  if (kind === 'public' || kind === 'confidential') return kind
  throw new Problem('invalid_input')
}
