import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accept } from '../../../src/domain/decision.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

const MIGRATIONS = join(import.meta.dirname, '..', '..', '..', 'migrations', 'sqlite')
const sql = (direction: 'up' | 'down') =>
  readFileSync(join(MIGRATIONS, `0007_logins.${direction}.sql`), 'utf8')

test('the migration fills the login history with the sign-ins that there were, and none of the forgotten', async () => {
  const floor = await openTestFloor()
  try {
    const events = [
      ...cast.member(cast.BEN, cast.BEN_ADDRESS),
      cast.loggedIn('password'),
      cast.loggedOut,
      cast.loggedIn('sign-in-link', { sessionId: cast.OTHER_SESSION, userAgent: null, carrier: 'api' }),
      ...cast.member(cast.CYD, cast.CYD_ADDRESS),
      cast.loggedIn('password', { userId: cast.CYD, sessionId: cast.ADA }),
      cast.erased(cast.CYD),
    ]
    const by = { actor: 'operator', correlation: 'C' } as const
    await floor.store.decide({ readings: {}, decide: () => accept(...events), ...by })
    const rows = () => rawSqlite(floor).db.prepare('select * from logins order by id').all()
    const before = rows()
    rawSqlite(floor).db.exec(sql('down'))
    rawSqlite(floor).db.exec(sql('up'))
    expect(before).toHaveLength(2)
    expect(rows()).toStrictEqual(before)
    await expectProjectionsEqualRebuild(floor)
  } finally {
    await floor.dispose()
  }
})
