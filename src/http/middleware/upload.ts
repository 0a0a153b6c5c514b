import type { Context } from 'koa'
import { Problem } from '../problems.ts'
import { POISON, readBytes, readForm } from './body.ts'

export type Upload = {
  readonly fields: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, Uint8Array>>
}

const nothing = <T>() => Object.create(null) as Record<string, T>

/** A form that may have files in it. All of it is held in memory, so the limit is small; a name that comes twice is refused. */
export const readUpload = async (ctx: Context, limit: number): Promise<Upload> => {
  if (ctx.is('urlencoded')) return { fields: await readForm(ctx, limit), files: nothing() }
  if (!ctx.is('multipart/form-data') || ctx.req.headers['content-encoding'] !== undefined) {
    throw new Problem('unsupported_media_type')
  }
  const bytes = await readBytes(ctx.req, limit)
  const body = new Response(new Uint8Array(bytes), { headers: { 'content-type': ctx.get('content-type') } })
  const form = await body.formData().catch(() => {
    throw new Problem('malformed_body')
  })
  const fields = nothing<string>()
  const files = nothing<Uint8Array>()
  for (const [name, value] of form) {
    if (name in fields || name in files || POISON.has(name)) throw new Problem('malformed_body')
    if (typeof value === 'string') fields[name] = value
    else if (value.size > 0) files[name] = new Uint8Array(await value.arrayBuffer())
  }
  return { fields, files }
}
