import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { projections } from '../../src/projections/index.ts'
import * as cast from '../support/controls.ts'
import { openTestFloor, rawSqlite } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const
const { BEN, BEN_ADDRESS, INVITE, OTHER_INVITE, IN_A_WEEK } = cast

let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  floor = await openTestFloor()
  const issue = (inviteId: string) =>
    floor.execute(
      issueInvite,
      { inviteId, email: BEN_ADDRESS, role: 'member', locale: 'en', expiresAt: IN_A_WEEK },
      OPERATOR,
    )
  await issue(OTHER_INVITE)
  await floor.execute(revokeInvite, { inviteId: OTHER_INVITE, reason: 'Ben moved to Riga' }, OPERATOR)
  await issue(INVITE)
  await floor.execute(
    redeemInvite,
    { inviteId: INVITE, email: BEN_ADDRESS, userId: BEN, session: cast.start, firstPassword: null },
    OPERATOR,
  )
})
afterEach(async () => {
  await expectProjectionsEqualRebuild(floor)
  await floor.dispose()
})

/** Everything that stands in the read tables, as one text. */
const readTables = (): string =>
  JSON.stringify(
    projections.flatMap(({ tables }) =>
      tables.map((table) => rawSqlite(floor).db.prepare(`select * from ${table}`).all()),
    ),
  )

test('T48 an erased user is gone from every read table, with the reasons that were written about them', async () => {
  expect(readTables()).toContain('Riga')
  await floor.execute(eraseUser, { userId: BEN, email: BEN_ADDRESS }, OPERATOR)
  expect(readTables()).not.toMatch(/ben@|Riga|Browser\/1\.0|192\.0\.2\.1/)
  expect(rawSqlite(floor).db.prepare('select count(*) from subject_keys').pluck().get()).toBe(0)
})

test('S0-51 a purged invite leaves the lists, and its user still knows which invite it was', async () => {
  await floor.execute(purgeInvite, { inviteId: INVITE }, OPERATOR)
  expect(await floor.reads.invites.get(INVITE, floor.clock())).toBeNull()
  expect((await floor.reads.users.get(BEN))?.inviteId).toBe(INVITE)
})

test('purging an invite forgets the invite and not its user: their address stays theirs', async () => {
  await floor.execute(purgeInvite, { inviteId: INVITE }, OPERATOR)
  expect((await floor.reads.users.byEmail(BEN_ADDRESS))?.id).toBe(BEN)
  const again = {
    inviteId: cast.CYD,
    email: BEN_ADDRESS,
    role: 'member',
    locale: 'en',
    expiresAt: IN_A_WEEK,
  } as const
  expect(await floor.execute(issueInvite, again, OPERATOR)).toMatchObject({
    outcome: 'refused',
    refusal: { code: 'email_already_registered' },
  })
})
