import { z } from 'zod'
import { ulidSchema } from '../../domain/event.ts'

const MAX_LIMIT = 100
const DEFAULT_LIMIT = 50

const encodeCursor = (lastId: string): string => Buffer.from(lastId).toString('base64url')

/** Where a page begins: the last id of the page before, dressed so that nobody builds one by hand. */
const cursorSchema = z
  .string()
  .max(64)
  .transform((cursor, context) => {
    const lastId = ulidSchema.safeParse(Buffer.from(cursor, 'base64url').toString())
    if (lastId.success) return lastId.data
    context.addIssue({ code: 'custom', message: 'cursor_malformed' })
    return z.NEVER
  })

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: cursorSchema.optional().meta({ description: '`nextCursor` of the page before' }),
}

export const listOf = (items: z.ZodType) =>
  z.strictObject({ items: z.array(items), nextCursor: z.nullable(z.string()) })

type Filters = Readonly<Record<string, string | undefined>>

/** The address of the next page: the same question, from where this page ends. */
const nextUrl = (url: string, filters: Filters, limit: number, cursor: string): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value)
  query.set('limit', String(limit))
  query.set('cursor', cursor)
  return `${url}?${query.toString()}`
}

/** A page of at most `limit` items out of `limit + 1` that were asked for, and where the next one begins. */
export const pageOf = <T extends { readonly id: string }, P>(
  found: readonly T[],
  present: (item: T) => P,
  { url, filters, limit }: { url: string; filters: Filters; limit: number },
) => {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const nextCursor = found.length > limit && last ? encodeCursor(last.id) : null
  const headers =
    nextCursor === null ? {} : { link: `<${nextUrl(url, filters, limit, nextCursor)}>; rel="next"` }
  return { status: 200, body: { items: items.map(present), nextCursor }, headers }
}
