// The service as `serve` starts it, in a folder of its own, with an admin who has a password; mail goes nowhere.
import { join } from 'node:path'
import pino from 'pino'
import { openApp } from '../src/app.ts'
import { readSettings } from '../src/config.ts'
import { grantRole } from '../src/domain/users/grant-role.ts'
import { insert } from '../src/projections/projection.ts'
import { ADMIN } from './admin.ts'
import { openProfiler } from './profiling.ts'

const [, , folder = '', port = '0'] = process.argv
const settings = readSettings({
  DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
  SECRET_FILE: join(folder, 'secret'),
  MAIL_URL: 'capture:',
  PORT: port,
  // Sixty-four people sign in from one place here.
  THROTTLE: 'off',
})
const app = await openApp(settings, { log: pino({ level: 'silent' }), noWorkers: true })
const { floor } = app
const userId = floor.ids()
const credentialId = floor.ids()
const hash = await floor.hasher.hash(ADMIN.password)
await floor.execute(
  grantRole,
  { userId, role: 'admin', enrol: { email: ADMIN.email, locale: 'en' }, newCredentialId: credentialId },
  { actor: 'operator', correlation: floor.ids() },
  [insert('password_hashes', { credential_id: credentialId, user_id: userId, hash })],
)
const countInvites = async () => {
  const counted = await floor.database.reader.get<{ count: number }>(
    `select count(*) as count from events where type = 'InviteIssued'`,
  )
  process.send?.({ invites: counted?.count })
}
const profiler = openProfiler()
const answer = async (question: unknown): Promise<void> => {
  if (question === 'used') return void process.send?.(process.cpuUsage())
  const [wish, what] = String(question).split(' ')
  if (what !== 'cpu' && what !== 'heap') return countInvites()
  if (wish === 'stop') process.send?.(await profiler.stop(what))
  else process.send?.(await profiler.start(what).then(() => ({})))
}
process.on('message', (question) => void answer(question))
process.on('disconnect', () => process.exit(0))
process.send?.({ port: Number(new URL(app.address).port) })
