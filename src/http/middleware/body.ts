import type { Context } from 'koa'
import type { z } from 'zod'
import { Problem } from '../problems.ts'

const JSON_LIMIT = 64 * 1024
const FORM_LIMIT = 16 * 1024

const tooLarge = () => new Problem('body_too_large', {}, { connection: 'close' })

/** Reads a request's body up to a limit; more is refused without being kept. */
const readText = async (ctx: Context, limit: number): Promise<string> => {
  if (Number(ctx.get('content-length') || 0) > limit) throw tooLarge()
  if (ctx.get('content-encoding') !== '') throw new Problem('unsupported_media_type')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new Problem('malformed_body')
  }
}

const POISON = new Set(['__proto__', 'constructor', 'prototype'])

/** A JSON object; `undefined` for no body at all. Keys that JavaScript treats specially are refused wherever they stand. */
export const readJson = async (ctx: Context): Promise<unknown> => {
  if (!ctx.is('application/json', 'application/*+json')) {
    if (ctx.request.length === 0 || (ctx.request.length === undefined && !ctx.get('transfer-encoding')))
      return undefined
    throw new Problem('unsupported_media_type')
  }
  const text = await readText(ctx, JSON_LIMIT)
  if (text === '') return undefined
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (POISON.has(key)) throw new Problem('malformed_body')
      return value
    })
  } catch {
    throw new Problem('malformed_body')
  }
}

/** The fields of a form. A field that comes twice is refused: which of the two was meant nobody can know. */
export const readForm = async (ctx: Context, limit = FORM_LIMIT): Promise<Record<string, string>> => {
  if (!ctx.is('urlencoded')) throw new Problem('unsupported_media_type')
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of new URLSearchParams(await readText(ctx, limit))) {
    if (name in fields || POISON.has(name)) throw new Problem('malformed_body')
    fields[name] = value
  }
  return fields
}

/** Stable code of a zod issue: our own where the schema names one, zod's kind otherwise. */
const codeOfIssue = ({ code, message }: z.core.$ZodIssue): string =>
  /^[a-z]+(_[a-z]+)+$/.test(message) ? message : code === 'custom' ? 'invalid' : code

const detailOf = (issue: z.core.$ZodIssue): string => {
  const code = codeOfIssue(issue)
  if (code === 'unrecognized_keys') return 'There is a field that is not known here.'
  return wording[code] ?? issue.message
}

const wording: Readonly<Record<string, string>> = {
  address_missing: 'This field is required.',
  address_malformed: 'Invalid email address',
  address_too_long: 'This address is too long.',
  name_has_control_characters: 'A name has no line breaks or invisible characters.',
  name_looks_like_a_link: 'A name must not look like a web address.',
}

/** Parses input with a schema; throws `invalid_input` that names every wrong field and repeats no value. */
export const parse = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new Problem('invalid_input', {
    errors: parsed.error.issues.map((issue) => ({
      pointer: `/${issue.path.map(String).join('/')}`,
      code: codeOfIssue(issue),
      detail: detailOf(issue),
    })),
  })
}
