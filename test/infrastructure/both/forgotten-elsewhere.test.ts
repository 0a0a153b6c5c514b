import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { redeemInvite } from '../../../src/domain/invites/redeem-invite.ts'
import { changeProfile } from '../../../src/domain/users/change-profile.ts'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { type Foundation, openFoundation } from '../../../src/foundation.ts'
import { erasuresAfter } from '../../../src/infrastructure/backup/erasures.ts'
import { readBy } from '../../../src/infrastructure/database/work.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor } from '../../support/house.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const
const { BEN, BEN_ADDRESS, INVITE, IN_A_WEEK } = cast

let here: Awaited<ReturnType<typeof openTestFloor>>
let elsewhere: Foundation
beforeEach(async () => {
  here = await openTestFloor()
  elsewhere = await openFoundation(here.settings, { clock: here.clock })
  const invite = { inviteId: INVITE, email: BEN_ADDRESS, role: 'member', locale: 'en' } as const
  await here.execute(issueInvite, { ...invite, expiresAt: IN_A_WEEK }, OPERATOR)
  const redemption = { inviteId: INVITE, email: BEN_ADDRESS, userId: BEN }
  await here.execute(redeemInvite, { ...redemption, session: cast.start, firstPassword: null }, OPERATOR)
})
afterEach(async () => {
  await elsewhere.close()
  await here.dispose()
})

const erase = () => elsewhere.execute(eraseUser, { userId: BEN, email: BEN_ADDRESS }, OPERATOR)

test('T48 whoever is erased by another process is forgotten here at once, in the midst of a long reading too', async () => {
  const reading = here.store.read({ types: ['InviteIssued', 'UserRegistered'] })[Symbol.asyncIterator]()
  await reading.next()
  await erase()
  expect((await here.store.get(1))?.data).toMatchObject({ email: null })
  const behind = (await readBy(here.database.reader, here.store.readNow(0))).filter(
    ({ type }) => type === 'UserRegistered',
  )
  expect(behind).toMatchObject([{ data: { email: null } }])
})

test('T48 a command here makes no new key for whoever was erased elsewhere', async () => {
  const rename = (name: string) => here.execute(changeProfile, { userId: BEN, name, locale: null }, OPERATOR)
  expect((await rename('Ben')).outcome).toBe('accepted') // the key is known by heart now
  await erase()
  expect(await rename('Benjamin')).toMatchObject({ outcome: 'refused' })
  expect(await here.database.reader.all('select * from subject_keys')).toStrictEqual([])
  expect((await here.store.get(1))?.data).toMatchObject({ email: null })
})

test('who was forgotten is listed by opaque ids, from any position on', async () => {
  await erase()
  const { reader } = here.database
  const [erasure] = await erasuresAfter(reader, 0)
  expect(erasure).toStrictEqual({
    type: 'UserErased',
    position: await here.store.head(),
    data: { userId: BEN, inviteIds: [INVITE] },
  })
  expect(await erasuresAfter(reader, erasure?.position ?? 0)).toStrictEqual([])
})
