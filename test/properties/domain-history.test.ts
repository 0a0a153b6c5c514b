import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DomainEvent, definitionOf, eventTypes } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import type { Subject } from '../../src/domain/event.ts'
import { type RefusalCode, refusalCodes } from '../../src/domain/refusals.ts'
import { commandTypes } from '../support/domain.ts'
import { law } from '../support/law.ts'
import { type Act, anyStory, commandsInStories, play } from '../support/story.ts'

const written = (acts: readonly Act[]) => acts.flatMap(({ events }) => events)

/** Whose personal data an event holds; null when it holds none. */
const subjectOf = ({ type, data }: DomainEvent): Subject | null => {
  const { subject, personalFields } = definitionOf(type)
  const fields: Record<string, unknown> = data
  return subject && personalFields.some((field) => fields[field] !== null) ? subject(data) : null
}

describe('whatever people wish, in whatever order', () => {
  law('every event is read back from the disk as it was decided', (acts) => {
    for (const { type, data } of written(acts)) {
      expect(definitionOf(type).schema.parse(JSON.parse(JSON.stringify(data)))).toStrictEqual(data)
    }
    return written(acts).length
  })

  law('what an event follows from stands in the history before it', (acts) => {
    let occasions = 0
    for (const { before, events } of acts) {
      for (const { causation } of events) {
        if (causation === null) continue
        occasions++
        expect(before.map(({ id }) => id)).toContain(causation)
      }
    }
    return occasions
  })

  law(
    'a refusal has a code from the list, tells nothing personal and leaves nothing behind but a wrong try',
    (acts) => {
      let occasions = 0
      for (const { wish, decision } of acts) {
        if (decision.outcome === 'accepted') continue
        occasions++
        expect(refusalCodes).toContain(decision.refusal.code)
        expect(JSON.stringify(decision.refusal)).not.toMatch(/@|left the company|on leave/)
        const { userId, verificationId } = wish as { userId?: string; verificationId?: string }
        const tried = [{ type: 'VerificationFailed', data: { userId, verificationId } }]
        expect(decision.events).toStrictEqual(decision.refusal.code === 'code_wrong' ? tried : [])
      }
      return occasions
    },
  )

  // Repeating these is meant: nobody can tell a repeat from a second wish.
  const countsAgain: Readonly<Record<string, string>> = {
    ResendInvite: 'each resend is one more mail',
    EndSessions: 'sessions may have begun since; their ids are not in its boundary',
    Login: 'each sign-in is a session of its own',
    RecordLoginFailure: 'each wrong password is one more',
  }
  // What works once says so: the person may have forgotten the first time, or it was somebody else's.
  const worksOnce: Readonly<Record<string, readonly RefusalCode[]>> = {
    VerifyEmail: ['email_already_verified', 'link_already_used'],
    ResetPassword: ['link_already_used'],
  }
  law('a code or link that was used is refused as used', (acts) => {
    let occasions = 0
    for (const { type, decision, retry } of acts) {
      if (decision.outcome === 'refused' || !(type in worksOnce)) continue
      occasions++
      expect(retry.outcome === 'refused' && worksOnce[type]?.includes(retry.refusal.code)).toBe(true)
      expect(retry.events).toStrictEqual([])
    }
    return occasions
  })

  law('a retry of what was accepted is already true', (acts) => {
    let occasions = 0
    for (const { type, actor, decision, events, retry } of acts) {
      if (decision.outcome === 'refused' || type in countsAgain || type in worksOnce) continue
      occasions++
      // Whoever took their own standing away may not even ask again.
      const lostStanding = events.some(
        (event) =>
          (event.type === 'UserSuspended' || (event.type === 'RoleRevoked' && event.data.role === 'admin')) &&
          actor === `user:${event.data.userId}`,
      )
      expect(retry).toStrictEqual(
        lostStanding ? { outcome: 'refused', refusal: { code: 'not_allowed' }, events: [] } : accept(),
      )
    }
    return occasions
  })

  law('what counts again each time is only what has a reason to', (acts) => {
    let occasions = 0
    for (const { type, decision, events, retry } of acts) {
      if (decision.outcome === 'refused' || !(type in countsAgain)) continue
      if (events.some((event) => event.type === 'FirstPasswordUsed')) {
        expect(retry).toMatchObject({ outcome: 'refused', refusal: { code: 'first_password_used' } })
        continue
      }
      occasions++
      expect(retry).toStrictEqual(decision)
    }
    return occasions
  })

  law('who is forgotten is not written about again', (acts) => {
    const gone = new Set<Subject>()
    for (const event of written(acts)) {
      const subject = subjectOf(event)
      if (subject !== null) expect(gone).not.toContain(subject)
      for (const one of definitionOf(event.type).forgets?.(event.data) ?? []) gone.add(one)
    }
    return gone.size
  })

  law(
    'of an erased user no address stands in the history any more, neither in their events nor in invites to them',
    (acts) => {
      const invitesTo = new Map<string | null, string[]>()
      const holds = new Map<string, string | null>()
      const mine = new Map<string, string[]>()
      let occasions = 0
      for (const { type, wish, events, after } of acts) {
        for (const event of events) {
          const { data } = event
          if (event.type === 'InviteIssued') {
            const { email, inviteId } = event.data
            invitesTo.set(email, [...(invitesTo.get(email) ?? []), inviteId])
          }
          if (event.type === 'EmailVerified') holds.set(event.data.userId, event.data.email)
          if (event.type === 'AddressReleased') {
            const { userId, email } = event.data
            mine.set(userId, [...(mine.get(userId) ?? []), ...(invitesTo.get(email) ?? [])])
          }
          if (event.type !== 'UserErased') continue
          const { userId } = data as { userId: string }
          const email = holds.get(userId) ?? null
          // A caller who names another address finds none of the invites to this one.
          const isNamed = type !== 'EraseUser' || (wish as { email: string }).email === email
          occasions++
          const invites = [...(mine.get(userId) ?? []), ...((isNamed && invitesTo.get(email)) || [])]
          const gone = new Set<Subject>([`user:${userId}`, ...invites.map((id): Subject => `invite:${id}`)])
          for (const one of after) expect([...gone]).not.toContain(subjectOf(one))
        }
      }
      return occasions
    },
  )
})

describe('the stories themselves', () => {
  const acts = fc.sample(anyStory, { numRuns: 1500, seed: 20260301 }).flatMap(play)

  test('try every command of the domain, but those that only a restored history knows', () =>
    expect(commandsInStories()).toStrictEqual(
      commandTypes.filter((type) => type !== 'RepeatErasure' && type !== 'RepeatPurge'),
    ))

  test('write every type of event that a command decides', () => {
    expect([...new Set(written(acts).map(({ type }) => type))].toSorted()).toStrictEqual(
      eventTypes.toSorted(),
    )
  })

  test('are refused for every reason that the domain knows', () => {
    const never = [
      'password_change_required', // said at the door, before any command
      'referral_chain_too_long', // no story has a thousand people
    ]
    const heard = acts.flatMap(({ decision }) =>
      decision.outcome === 'refused' ? [decision.refusal.code] : [],
    )
    expect([...new Set(heard), ...never].toSorted()).toStrictEqual(refusalCodes.toSorted())
  })
})
