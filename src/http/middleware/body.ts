import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { Problem } from '../problems.ts'

const JSON_LIMIT = 64 * 1024
const FORM_LIMIT = 16 * 1024
/** Up to here a body that is too large is read to its end and thrown away, so that its sender hears the answer. */
const PATIENCE = 1024 * 1024

const EMPTY = Buffer.alloc(0)

/** The bytes of a request's body up to a limit; what is more is not kept. */
export const readBytes = (req: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const patience = Math.max(PATIENCE, limit)
    const giveUp = () => {
      req.removeAllListeners('data').resume()
      reject(new Problem('body_too_large', {}, { connection: 'close' }))
    }
    if (Number(req.headers['content-length'] ?? 0) > patience) return giveUp()
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
      else if (length > patience) giveUp()
      else chunks.length = 0
    })
    req.once('end', () => {
      if (length > limit) return reject(new Problem('body_too_large'))
      const [first = EMPTY] = chunks
      resolve(chunks.length > 1 ? Buffer.concat(chunks) : first)
    })
    req.once('error', () => reject(new Problem('malformed_body'))) // the sender went away in mid-body
  })

const readText = async (ctx: Context, limit: number): Promise<string> => {
  if (ctx.req.headers['content-encoding'] !== undefined) throw new Problem('unsupported_media_type')
  const bytes = await readBytes(ctx.req, limit)
  if (!isUtf8(bytes)) throw new Problem('malformed_body')
  return bytes.toString('utf8')
}

export const POISON = new Set(['__proto__', 'constructor', 'prototype'])
/** What a poisonous key looks like in JSON text, an escape included that could spell one. */
const MAY_BE_POISONOUS = /__proto__|constructor|prototype|\\u/

const refusePoison = (key: string, value: unknown): unknown => {
  if (POISON.has(key)) throw new Problem('malformed_body')
  return value
}

const isJson = (ctx: Context): boolean =>
  ctx.req.headers['content-type'] === 'application/json' ||
  ctx.is('application/json', 'application/*+json') !== false

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** A JSON value; `undefined` for no body at all. Keys that JavaScript treats specially are refused wherever they stand. */
export const readJson = async (ctx: Context, limit = JSON_LIMIT): Promise<unknown> => {
  if (!hasBody(ctx.req)) return undefined
  if (!isJson(ctx)) throw new Problem('unsupported_media_type')
  const text = await readText(ctx, limit)
  if (text === '') return undefined
  try {
    return MAY_BE_POISONOUS.test(text) ? JSON.parse(text, refusePoison) : JSON.parse(text)
  } catch {
    throw new Problem('malformed_body')
  }
}

/** The bytes of a body as they come; null if it is of another type. What is more than the limit is a problem in mid-way. */
export const streamOf = (ctx: Context, type: string, limit: number): AsyncIterable<Uint8Array> | null => {
  if (!ctx.is(type)) return null
  if (ctx.req.headers['content-encoding'] !== undefined) throw new Problem('unsupported_media_type')
  const { req } = ctx
  return (async function* () {
    let length = 0
    try {
      for await (const bytes of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += bytes.length
        if (length > limit) throw new Problem('body_too_large', {}, { connection: 'close' })
        yield bytes
      }
    } finally {
      req.resume() // whoever reads no further still answers, and the sender hears it
    }
  })()
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
