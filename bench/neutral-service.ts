// The service with people in it whose addresses are known: half of those that are asked about. No throttles: each
// question has to be answered for its time to be taken. Mail is rendered and dropped, as by a quick server.
import { join } from 'node:path'
import pino from 'pino'
import { openApp } from '../src/app.ts'
import { readSettings } from '../src/config.ts'
import { grantRole } from '../src/domain/users/grant-role.ts'
import { insert } from '../src/projections/projection.ts'

const [, , folder = '', count = '0'] = process.argv
const settings = readSettings({
  DATABASE_URL: `sqlite:${join(folder, 'neutral.db')}`,
  SECRET_FILE: join(folder, 'secret'),
  MAIL_URL: 'capture:',
  PORT: '0',
  THROTTLE: 'off',
})
const app = await openApp({ ...settings, port: 0 }, { log: pino({ level: 'silent' }) })
const { floor } = app
const hash = await floor.hasher.hash('correct-horse-battery')
for (let n = 0; n < Number(count); n++) {
  const [userId, credentialId] = [floor.ids(), floor.ids()]
  await floor.execute(
    grantRole,
    {
      userId,
      role: 'auditor',
      enrol: { email: `known${n}@example.org`, locale: 'en' },
      newCredentialId: credentialId,
    },
    { actor: 'operator', correlation: floor.ids() },
    [insert('password_hashes', { credential_id: credentialId, user_id: userId, hash })],
  )
}
process.on('disconnect', () => process.exit(0))
process.send?.({ port: Number(new URL(app.address).port) })
