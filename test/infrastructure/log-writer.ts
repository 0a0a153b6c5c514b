// A process that logs what a test tells it to, and ends in the same breath.
import { createLog } from '../../src/infrastructure/log.ts'

const [, , level = '', file = '', lines = '0', bytes = '0'] = process.argv
const log = await createLog(level, file === '' ? null : file)
const deep = {
  list: [{ email: 'SECRET-1' }],
  one: { two: { three: { password: 'SECRET-2', kept: 'KEPT-1' } } },
  headers: { authorization: 'SECRET-3', cookie: 'SECRET-4' },
  token: 'SECRET-5',
}
log.info({ ...deep, padding: 'x'.repeat(Number(bytes)) }, 'all is well')
for (let n = 1; n <= Number(lines); n++) {
  const err = Object.assign(new TypeError('it broke'), {
    code: 'SQLITE_FULL',
    secret: 'SECRET-6',
    config: { auth: { password: 'SECRET-7' } },
  })
  log.error({ ...deep, n, err, padding: 'x'.repeat(Number(bytes)) }, 'all is lost')
  await new Promise((resolve) => setImmediate(resolve)) // lets a full file be changed for the next one
}
const circle: Record<string, unknown> = { n: 'the last line' }
circle['itself'] = circle
log.fatal(circle, 'the end')
process.exit(1)
