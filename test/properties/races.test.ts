import fc from 'fast-check'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { openHouse } from '../../src/doors.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { redeemInviteToken } from '../../src/http/acts/redeem.ts'
import type { Execute, House } from '../../src/http/house.ts'
import { IN_A_WEEK } from '../support/controls.ts'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { runs } from '../support/runs.ts'

const EMAIL = 'raced@example.org'
const OPERATOR = { actor: 'operator', correlation: 'C' } as const
const DEVICE = { userAgent: null, ip: null }
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const RUNS = runs(24)

/** A house whose every question and command waits until the scheduler lets it go on: all interleavings can happen. */
const scheduledHouse = (house: House, s: fc.Scheduler): House => {
  const slow =
    <A extends unknown[], R>(name: string, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await s.schedule(Promise.resolve(), name)
      return work(...args)
    }
  const { invites, users } = house.reads
  return {
    ...house,
    execute: slow('execute', house.execute as (...args: unknown[]) => ReturnType<Execute>) as Execute,
    reads: {
      ...house.reads,
      invites: { ...invites, get: slow('look at the invite', invites.get) },
      users: { ...users, byEmail: slow('look for the owner', users.byEmail) },
    },
  }
}

type Rival = 'redeem' | 'redeem the other invite' | 'revoke' | 'resend' | 'erase the winner' | 'issue another'

const race = async (s: fc.Scheduler, rivals: readonly Rival[]) => {
  const floor = await openTestFloor()
  const house = openHouse(floor, pino({ level: 'silent' }), () => false)
  try {
    const issue = async (inviteId: string) =>
      floor.execute(
        issueInvite,
        { inviteId, email: EMAIL, role: 'member', locale: 'en', expiresAt: IN_A_WEEK },
        OPERATOR,
      )
    const [inviteId, otherId] = [floor.ids(), floor.ids()]
    await issue(inviteId)
    await issue(otherId)
    const racing = scheduledHouse(house, s)
    const redeem = async (id: string) => {
      const result = await redeemInviteToken(
        racing,
        house.links.inviteToken(id),
        startSession(house, DEVICE, 'page'),
        'C',
      )
      return result.outcome === 'accepted' ? 'redeemed' : result.refusal.code
    }
    const act = async (rival: Rival): Promise<string> => {
      switch (rival) {
        case 'redeem':
          return redeem(inviteId)
        case 'redeem the other invite':
          return redeem(otherId)
        case 'revoke':
          return (await racing.execute(revokeInvite, { inviteId, reason: null }, OPERATOR)).outcome
        case 'resend':
          return (await racing.execute(resendInvite, { inviteId, expiresAt: IN_A_WEEK }, OPERATOR)).outcome
        case 'issue another':
          await s.schedule(Promise.resolve(), rival)
          return (await issue(floor.ids())).outcome
        case 'erase the winner': {
          const winner = await racing.reads.users.byEmail(EMAIL)
          if (!winner) return 'nobody'
          return (await racing.execute(eraseUser, { userId: winner.id, email: EMAIL }, OPERATOR)).outcome
        }
      }
    }
    const results = await s.waitFor(Promise.all(rivals.map(act)))
    await expectProjectionsEqualRebuild(floor)
    const events: string[] = []
    for await (const { type } of floor.store.read()) events.push(type)
    const count = (type: string) => events.filter((one) => one === type).length
    return { results, count, users: (await floor.reads.users.list({}, { limit: 10 })).length }
  } finally {
    await floor.dispose()
  }
}

const law = (rivals: readonly Rival[], check: (outcome: Awaited<ReturnType<typeof race>>) => void) =>
  fc.assert(
    fc.asyncProperty(fc.scheduler(), async (s) => check(await race(s, rivals))),
    { numRuns: RUNS, ...SEED },
  )

describe('races, in every order that a scheduler can think of', () => {
  test('T03: three redeem one invite: one wins, two hear that it was redeemed', () =>
    law(['redeem', 'redeem', 'redeem'], ({ results, count, users }) => {
      expect(results.toSorted()).toStrictEqual([
        'invite_already_redeemed',
        'invite_already_redeemed',
        'redeemed',
      ])
      expect([count('InviteRedeemed'), count('UserRegistered'), users]).toStrictEqual([1, 1, 1])
    }))

  test(
    'two invites to one address redeemed at once: one user; the other invite is replaced, or signs the same user in',
    { timeout: 60_000 },
    () =>
      law(['redeem', 'redeem the other invite'], ({ results, count, users }) => {
        expect(results.toSorted()).toStrictEqual(['invite_replaced', 'redeemed'])
        expect([
          count('UserRegistered'),
          count('InviteRedeemed'),
          count('InviteReplaced'),
          users,
        ]).toStrictEqual([1, 1, 1, 1])
      }),
  )

  test('redeem against revoke: exactly one of them happens', () =>
    law(['redeem', 'revoke'], ({ results: [redeemed, revoked], count }) => {
      expect([
        ['redeemed', 'refused'],
        ['invite_revoked', 'accepted'],
      ]).toContainEqual([redeemed, revoked])
      expect(count('InviteRedeemed') + count('InviteRevoked')).toBe(1)
    }))

  test(
    'redeem against resend: it is redeemed once, and nothing is sent for a dead invite',
    { timeout: 60_000 },
    () =>
      law(['redeem', 'resend', 'redeem'], ({ results, count }) => {
        expect(results.filter((one) => one === 'redeemed')).toHaveLength(1)
        expect(count('InviteRedeemed')).toBe(1)
      }),
  )

  test(
    'redeem against erasure and a new invite: never two users, never an invite used twice',
    { timeout: 60_000 },
    () =>
      law(
        ['redeem', 'erase the winner', 'redeem the other invite', 'issue another'],
        ({ results, count, users }) => {
          expect(count('UserRegistered')).toBe(count('UserErased') + users)
          expect(users).toBeLessThanOrEqual(1)
          expect(results.filter((one) => one === 'redeemed').length).toBe(count('InviteRedeemed'))
        },
      ),
  )
})
