import { describe, expect } from 'vitest'
import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { law } from '../support/law.ts'
import type { Act } from '../support/story.ts'

const written = (acts: readonly Act[]) => acts.flatMap(({ events }) => events)
const links = (events: readonly DomainEvent[]) =>
  events.flatMap(({ type, data }) => (type === 'UserReferred' ? [data] : []))

/** Everybody above somebody, found by walking up link by link; a circle would never end, so it is cut short. */
const above = (userId: string, brought: ReadonlyMap<string, string>): string[] => {
  const line: string[] = []
  for (let id = brought.get(userId); id !== undefined && line.length <= brought.size; id = brought.get(id)) {
    line.push(id)
  }
  return line
}

describe('whatever people wish, in whatever order', () => {
  law('S1-13, C-19: nobody ever has two active codes', (acts) => {
    const active = new Map<string, { userId: string; expiresAt: string }>()
    let made = 0
    for (const { events, now } of acts) {
      for (const { type, data } of events) {
        if (type === 'ReferralCodeDeleted') active.delete(data.codeId)
        if (type === 'UserErased')
          for (const [id, { userId }] of active) if (userId === data.userId) active.delete(id)
        if (type !== 'ReferralCodeCreated') continue
        made++
        active.set(data.codeId, data)
        const own = [...active.values()].filter((one) => one.userId === data.userId && one.expiresAt > now)
        expect(own).toHaveLength(1)
      }
    }
    return made
  })

  law('S1-24, S1-25, C-21: nobody was brought twice, or by themselves, or in a circle', (acts) => {
    const brought = new Map<string, string>()
    for (const { userId, referrerId } of links(written(acts))) {
      expect(brought.has(userId)).toBe(false)
      brought.set(userId, referrerId)
      expect(above(userId, brought)).not.toContain(userId)
    }
    return brought.size
  })

  law(
    'W-14, W-15: whoever comes by a code comes while it is there, has not expired, and its owner is active',
    (acts) => {
      const codes = new Map<string, { userId: string; expiresAt: string }>()
      const active = new Set<string>()
      let occasions = 0
      for (const { events, now } of acts) {
        for (const { type, data } of events) {
          if (type === 'ReferralCodeCreated') codes.set(data.codeId, data)
          if (type === 'ReferralCodeDeleted') codes.delete(data.codeId)
          if (type === 'UserRegistered' || type === 'UserReinstated') active.add(data.userId)
          if (type === 'UserSuspended' || type === 'UserErased') active.delete(data.userId)
          if (type !== 'UserReferred') continue
          occasions++
          const code = codes.get(data.codeId)
          expect(code?.userId).toBe(data.referrerId)
          expect(code && code.expiresAt > now).toBe(true)
          expect(active).toContain(data.referrerId)
        }
      }
      return occasions
    },
  )

  law('undoing a batch reinstates those whom it suspended, and nobody else', (acts) => {
    const suspendedBy = new Map<string, string | null>()
    let undone = 0
    for (const { type: wished, wish, events } of acts) {
      for (const { type, data } of events) {
        if (type === 'UserReinstated' && wished === 'ReinstateSubtree') {
          undone++
          expect(suspendedBy.get(data.userId)).toBe((wish as { batchId: string }).batchId)
        }
        if (type === 'UserSuspended') suspendedBy.set(data.userId, data.batchId)
        if (type === 'UserReinstated' || type === 'UserErased') suspendedBy.delete(data.userId)
      }
    }
    return undone
  })
})
