// Commits invites one after the other and in groups, and prints each acknowledgement before it goes on. Traced from
// outside; its system calls are replayed up to a random cut.
import { writeSync } from 'node:fs'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openFoundation } from '../../src/foundation.ts'
import { rawSqlite, testSettings } from '../support/house.ts'

const [, , folder = '', commands = '60', synchronous = 'FULL'] = process.argv
const floor = await openFoundation(testSettings(folder, 3000), { onFatal: () => process.exit(1) })
// The contrast: with what better-sqlite3 is built for, the same test must see events being lost.
if (synchronous !== 'FULL') rawSqlite(floor).db.pragma(`synchronous = ${synchronous}`)
// A small log is folded back into the file in the middle of the run: that path has to survive a cut as well.
rawSqlite(floor).db.pragma('wal_autocheckpoint = 40')

const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
const issue = async (n: number): Promise<void> => {
  const inviteId = floor.ids()
  const wish = { inviteId, email: `cut-${n}@example.org`, role: 'member', locale: 'en', expiresAt } as const
  const outcome = await floor.execute(issueInvite, wish, { actor: 'operator', correlation: 'C' })
  writeSync(1, `ACK ${outcome.events[0]?.position} ${inviteId}\n`)
}
for (let n = 0; n < Number(commands); n += 5) {
  await issue(n)
  await Promise.all([1, 2, 3, 4].map((k) => issue(n + k)))
}
process.exit(0) // without closing: a clean close would fold the log back
