// better-auth on Node's own http and better-sqlite3, in a process of its own: FOLDER [cached].
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import Database from 'better-sqlite3'
import { ADMIN } from '../../bench/admin.ts'

const FULL = 2
const [, , folder = '', cached] = process.argv

const database = new Database(join(folder, 'better-auth.db'))
// The settings that Latchkey gives its own connection.
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.pragma('foreign_keys = ON')
database.pragma('cache_size = -65536')
database.pragma('wal_autocheckpoint = 8000')
if (database.pragma('synchronous', { simple: true }) !== FULL) throw new Error('not synchronous=FULL')

const serve = async (server: Server): Promise<void> => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const options = {
    database,
    baseURL: `http://127.0.0.1:${port}`,
    secret: 'a secret of a benchmark, long enough',
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: cached === 'cached' } },
    // Sixty-four people come from one place here.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  await auth.api.signUpEmail({ body: { ...ADMIN, name: 'Admin' } })
  const handle = toNodeHandler(auth)
  server.on('request', (request, response) => void handle(request, response))
  process.send?.({ port })
}
const server = createServer()
server.listen(0, '127.0.0.1', () => void serve(server))
const countUsers = () => {
  const { users } = database.prepare('select count(*) as users from user').get() as { users: number }
  process.send?.({ users })
}
process.on('message', countUsers)
process.on('disconnect', () => process.exit(0))
