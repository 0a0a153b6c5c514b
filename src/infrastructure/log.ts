import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'
import { traceOfNow } from './watch/spans.ts'

/** Names that never reach a log line, however deep they stand: a second line of defence behind not logging them. */
const SECRETS = new Set([
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'code',
  'email',
  'authorization',
  'cookie',
])
const REMOVED = '[removed]'
const MAX_DEPTH = 8

const isPlain = (value: object): boolean => !(value instanceof Error) && !Buffer.isBuffer(value)

/** A copy of what is to be logged, without the secrets in it. `depth` also ends circles. */
const censored = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  if (depth === MAX_DEPTH) return REMOVED
  if (Array.isArray(value)) return value.map((item) => censored(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRETS.has(name) ? REMOVED : censored(inner, depth + 1),
    ]),
  )
}

/** An error's own code (`SQLITE_FULL`, `ECONNREFUSED`) is no secret, and often all that tells what happened. */
const shownError = (error: Error): unknown => {
  const shown = pino.stdSerializers.err(error)
  const code: unknown = shown['code']
  return { ...(censored(shown) as object), ...(typeof code === 'string' ? { code } : {}) }
}

/**
 * JSON lines on standard error, so that the console mails on standard output stay readable. With `file`, errors
 * also go there; it is rotated at 10 MB, and about five older ones are kept. Both are written before the call
 * returns: the last line before an end matters most.
 */
export const createLog = async (level: string, file: string | null): Promise<Logger> => {
  const options = {
    level,
    base: { service: 'latchkey' },
    formatters: { log: (fields: object) => censored(fields) as Record<string, unknown> },
    serializers: { err: shownError },
    mixin: traceOfNow,
  }
  const streams: pino.StreamEntry[] = [
    { level: level as pino.Level, stream: pino.destination({ dest: 2, sync: true }) },
  ]
  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const limit = { count: 5, removeOtherLogFiles: true }
    const { default: roll } = await import('pino-roll') // hundreds of modules, which only who logs to a file needs
    streams.push({
      level: 'error',
      stream: await roll({ file, size: '10m', limit, sync: true, mode: 0o600 }),
    })
  }
  return pino(options, pino.multistream(streams))
}
