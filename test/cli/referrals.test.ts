import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config.ts'
import { accept } from '../../src/domain/decision.ts'
import { openFoundation } from '../../src/foundation.ts'
import { environmentIn, foldersLike, run } from '../support/cli.ts'
import * as cast from '../support/controls.ts'

const { ADA, BEN, CYD } = cast

let folder: string
let remove: () => void
const newFolder = foldersLike(async (model) => {
  const floor = await openFoundation(readSettings(environmentIn(model)))
  const events = [
    ...cast.member(ADA, 'ada@example.org'),
    ...cast.member(BEN, cast.BEN_ADDRESS),
    ...cast.member(CYD, cast.CYD_ADDRESS),
    ...[ADA, CYD].map((userId) => cast.referred(userId, BEN)),
  ]
  const decide = () => accept(...events)
  await floor.store.decide({ readings: {}, decide, actor: 'operator', correlation: 'C' })
  await floor.close()
})
beforeEach(async () => {
  ;({ folder, remove } = await newFolder())
})
afterEach(() => remove())

describe('latchkey user show', () => {
  test.each([
    ['who brought a user', ADA, { referrerId: BEN, referrals: 0 }],
    ['how many they brought', BEN, { referrerId: null, referrals: 2 }],
  ])('says %s', async (_, id, expected) => {
    const shown = await run(folder, ['user', 'show', id, '--json'])
    expect([shown.code, JSON.parse(shown.out)]).toMatchObject([0, expected])
    expect((await run(folder, ['user', 'show', id])).out).toMatch(
      new RegExp(`referrerId +${expected.referrerId ?? '–'}\\s+referrals +${expected.referrals}`),
    )
  })
})
