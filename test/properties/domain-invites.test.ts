import { describe, expect } from 'vitest'
import { law } from '../support/law.ts'
import type { Act } from '../support/story.ts'

const written = (acts: readonly Act[]) => acts.flatMap(({ events }) => events)

describe('whatever people wish, in whatever order', () => {
  law('an invite ends at most once, and nothing happens to it afterwards but its purge', (acts) => {
    const ended = new Set<string>()
    const purged = new Set<string>()
    for (const { type, data } of written(acts)) {
      const ends = type === 'InviteRedeemed' || type === 'InviteRevoked' || type === 'InviteReplaced'
      if (ends || type === 'InviteIssued' || type === 'InviteResent') {
        expect([...ended, ...purged]).not.toContain(data.inviteId)
      }
      if (ends) ended.add(data.inviteId)
      if (type !== 'InvitePurged') continue
      expect(purged).not.toContain(data.inviteId)
      purged.add(data.inviteId)
    }
    return ended.size + purged.size
  })

  law('an invite is issued once', (acts) => {
    const issued = written(acts).flatMap(({ type, data }) => (type === 'InviteIssued' ? [data.inviteId] : []))
    expect(new Set(issued).size).toBe(issued.length)
    return issued.length
  })

  law('a redeemed invite has exactly one user, who exists and is signed in by the same decision', (acts) => {
    const known = new Set<string>()
    let occasions = 0
    for (const { events } of acts) {
      for (const { type, data } of events) if (type === 'UserRegistered') known.add(data.userId)
      for (const { type, data } of events) {
        if (type !== 'InviteRedeemed') continue
        occasions++
        expect(known).toContain(data.userId)
        const signedIn = events.flatMap((event) =>
          event.type === 'UserLoggedIn' ? [[event.data.userId, event.data.sessionId, event.data.method]] : [],
        )
        expect(signedIn).toStrictEqual([[data.userId, data.sessionId, 'invite']])
      }
    }
    return occasions
  })

  law('a user who came by an invite is the one it was redeemed for', (acts) => {
    const redeemedFor = new Map<string, string>()
    let occasions = 0
    for (const { type, data } of written(acts)) {
      if (type === 'InviteRedeemed') redeemedFor.set(data.inviteId, data.userId)
      if (type !== 'UserRegistered' || data.via.kind !== 'invite') continue
      occasions++
      expect(redeemedFor.get(data.via.inviteId)).toBe(data.userId)
      redeemedFor.delete(data.via.inviteId) // nobody else comes by it
    }
    return occasions
  })

  law('nothing is redeemed at the instant of its end or later', (acts) => {
    const ends = new Map<string, string>()
    let occasions = 0
    for (const { type, data, at } of written(acts)) {
      if (type === 'InviteIssued' || type === 'InviteResent') ends.set(data.inviteId, data.expiresAt)
      if (type === 'SignInLinkIssued') ends.set(data.linkId, data.expiresAt)
      if (type !== 'InviteRedeemed' && type !== 'SignInLinkRedeemed') continue
      occasions++
      expect(at < (ends.get(type === 'InviteRedeemed' ? data.inviteId : data.linkId) ?? '')).toBe(true)
    }
    return occasions
  })

  law('once somebody redeems an invite, no other one to the address can be redeemed any more', (acts) => {
    let occasions = 0
    for (const { events, now, after } of acts) {
      const redeemed = events.find(({ type }) => type === 'InviteRedeemed')
      if (redeemed?.type !== 'InviteRedeemed') continue
      occasions++
      const deadlines = new Map<string, string>()
      for (const { type, data } of after) {
        if (type === 'InviteIssued' || type === 'InviteResent') {
          if (data.email === redeemed.data.email) deadlines.set(data.inviteId, data.expiresAt)
        }
        if (type === 'InviteRedeemed' || type === 'InviteRevoked' || type === 'InviteReplaced')
          deadlines.delete(data.inviteId)
      }
      expect([...deadlines.values()].filter((end) => end > now)).toStrictEqual([])
    }
    return occasions
  })
})
