import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'
import roll from 'pino-roll'

/** Names that never reach a log line, wherever they stand: a second line of defence behind not logging them. */
const SECRETS = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'code',
  'email',
  'authorization',
  'cookie',
]

/**
 * JSON lines on standard error, so that the console mails on standard output stay readable. With `file`, errors
 * also go there; the file is rotated at 10 MB and five are kept.
 */
export const createLog = async (level: string, file: string | null): Promise<Logger> => {
  const options = {
    level,
    base: { service: 'latchkey' },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[removed]' },
  }
  const streams: pino.StreamEntry[] = [{ level: level as pino.Level, stream: pino.destination(2) }]
  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    streams.push({ level: 'error', stream: await roll({ file, size: '10m', limit: { count: 5 } }) })
  }
  return pino(options, pino.multistream(streams))
}
