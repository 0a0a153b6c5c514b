import type { z } from 'zod'
import { Problem } from '../problems.ts'

export type InputError = { readonly pointer: string; readonly code: string; readonly detail: string }

const details: Readonly<Record<string, string>> = {
  required: 'This field is required.',
  unknown_field: 'This field is not known here.',
  address_missing: 'This field is required.',
  address_malformed: 'Invalid email address',
  address_too_long: 'This address is too long.',
  name_has_control_characters: 'A name has no line breaks or invisible characters.',
  name_looks_like_a_link: 'A name must not look like a web address.',
  code_malformed: 'A code has six digits.',
  referral_code_malformed: 'A referral code has sixteen letters and digits, such as 7QGX-M2KD-0R4T-9VBN.',
  password_length: 'A password has 8 to 128 characters.',
  password_common:
    'This password is too common. Use a few words in a row that have nothing to do with each other.',
  password_own: 'This password is made of your own name or address, or of ours. Use other words.',
  password_weak: 'This password is easy to guess. Add a word or two, or make it longer.',
  reason_has_control_characters: 'A reason has no line breaks or invisible characters.',
  description_has_control_characters: 'A description has no line breaks or invisible characters.',
  expiry_given_twice: 'Give either `expiresIn` or `expiresAt`.',
  rows_or_csv: 'Give either `rows` or `csv`.',
  duration_malformed: 'Seconds, or a number and a unit, such as 90s, 10m, 12h or 7d.',
  cursor_malformed: 'Not a cursor that this list has given out.',
}

const OWN_CODE = /^[a-z]+(?:_[a-z]+)+$/
const MAX_ERRORS = 20
const NAMEABLE = /^[\w-]{1,40}$/

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const isMissing = (input: unknown, path: readonly PropertyKey[]): boolean => {
  let value: unknown = input
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step]
  return value === undefined
}

/** Stable code of a zod issue: our own where the schema names one, zod's kind otherwise. */
const codeOf = ({ code, message, path }: z.core.$ZodIssue, input: unknown): string => {
  if (OWN_CODE.test(message)) return message
  if (code !== 'custom' && isMissing(input, path)) return 'required'
  return code === 'custom' ? 'invalid' : code
}

/** One entry for each thing wrong; an unknown field is named only if its name is harmless, a value never. */
const errorsOf = (issue: z.core.$ZodIssue, input: unknown): InputError[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo(NAMEABLE.test(key) ? [...issue.path, key] : issue.path),
      code: 'unknown_field',
      detail: details['unknown_field'] ?? '',
    }))
  }
  const code = codeOf(issue, input)
  return [{ pointer: pointerTo(issue.path), code, detail: details[code] ?? issue.message }]
}

/** Something wrong with a field that only its value's owner or the world can tell: no schema sees it. */
export const wrongField = (pointer: string, code: string): Problem =>
  invalidInput({ pointer, code, detail: details[code] ?? '' })

export const invalidInput = (...errors: readonly InputError[]): Problem =>
  new Problem('invalid_input', { errors })

/** Parses input with a schema; throws `invalid_input` that names every wrong field and repeats no value. */
export const parse = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, input))
  throw invalidInput(...errors.slice(0, MAX_ERRORS))
}
