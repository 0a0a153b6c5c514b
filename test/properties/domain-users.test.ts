import { describe, expect } from 'vitest'
import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { law } from '../support/law.ts'
import type { Act } from '../support/story.ts'

const written = (acts: readonly Act[]) => acts.flatMap(({ events }) => events)

type Known = { status: 'active' | 'suspended' | 'erased'; admin: boolean }

/** A second opinion on who is who: a plain walk through everything that was ever written. */
const whoIsWho = (events: readonly DomainEvent[], people = new Map<string, Known>()) => {
  for (const { type, data } of events) {
    const change = (news: Partial<Known>) => {
      if (!('userId' in data)) return
      people.set(data.userId, { status: 'active', admin: false, ...people.get(data.userId), ...news })
    }
    if (type === 'UserRegistered') change({ status: 'active' })
    if (type === 'RoleGranted' && data.role === 'admin') change({ admin: true })
    if (type === 'RoleRevoked' && data.role === 'admin') change({ admin: false })
    if (type === 'UserSuspended') change({ status: 'suspended' })
    if (type === 'UserReinstated') change({ status: 'active' })
    if (type === 'UserErased') change({ status: 'erased', admin: false })
  }
  return people
}
const activeAdmins = (people: ReadonlyMap<string, Known>) =>
  [...people].flatMap(([id, { status, admin }]) => (admin && status === 'active' ? [id] : []))

/** Proven by something else than who one is: a password, a link, a code, a session. */
const FOR_ANYBODY = [
  'RedeemInvite',
  'RegisterUser',
  'VerifyEmail',
  'RequestPasswordReset',
  'ResetPassword',
  'Login',
  'Logout',
  'EndSessions',
  'IssueSignInLink',
  'RedeemSignInLink',
  'ChangePassword',
]
const FOR_ONESELF = [
  'ChangeProfile',
  'SendVerification',
  'ChangeEmail',
  'CompleteRegistration',
  'EraseUser',
  'CreateReferralCode',
  'DeleteReferralCode',
  'MailReferralCode',
  'RedeemReferralCode',
]

describe('whatever people wish, in whatever order', () => {
  const THREATS = ['UserSuspended', 'UserErased', 'RoleRevoked']
  law('T49: there is always an admin who can act', (acts) => {
    const people = new Map<string, Known>()
    for (const { events } of acts) expect(activeAdmins(whoIsWho(events, people))).not.toStrictEqual([])
    return written(acts).filter(({ type }) => THREATS.includes(type)).length
  })

  law('T23: a role that is taken away ends the sessions of its holder in the same decision', (acts) => {
    const revocations = acts.filter(({ events }) => events.some(({ type }) => type === 'RoleRevoked'))
    for (const { events, actor, wish } of revocations) {
      const { userId, keepSessionId } = wish as { userId: string; keepSessionId: string | null }
      expect(events.map(({ type }) => type)).toStrictEqual(['RoleRevoked', 'SessionsEnded'])
      expect(events[1]?.data).toStrictEqual({
        userId,
        except: actor === `user:${userId}` ? keepSessionId : null,
        reason: 'role-changed',
      })
    }
    return revocations.length
  })

  law('a user begins once, and never again after being erased', (acts) => {
    const begun = written(acts).flatMap(({ type, data }) => (type === 'UserRegistered' ? [data.userId] : []))
    expect(new Set(begun).size).toBe(begun.length)
    return begun.length
  })

  law('only an admin, the operator or the service does what takes an admin', (acts) => {
    const people = new Map<string, Known>()
    let occasions = 0
    for (const { actor, type, wish, decision, events } of acts) {
      const mayManage =
        ['operator', 'system'].includes(actor) || activeAdmins(people).some((id) => actor === `user:${id}`)
      whoIsWho(events, people)
      if (decision.outcome === 'refused' || mayManage) continue
      occasions++
      if (type === 'RecordHistoryView') {
        // Auditors read the history too; that they did is said of themselves only.
        expect(actor).toBe(`user:${(wish as { viewerId: string }).viewerId}`)
        continue
      }
      const isOwn = actor === `user:${(wish as { userId: string }).userId}`
      const open = isOwn ? [...FOR_ANYBODY, ...FOR_ONESELF] : FOR_ANYBODY
      expect(open, `${actor} and ${type}`).toContain(type)
    }
    return occasions
  })

  law('nobody is signed in who is not known, or suspended, or erased', (acts) => {
    const people = new Map<string, Known>()
    let occasions = 0
    for (const { events } of acts) {
      whoIsWho(events, people)
      for (const { type, data } of events) {
        if (type !== 'UserLoggedIn') continue
        occasions++
        expect(people.get(data.userId)?.status).toBe('active')
      }
    }
    return occasions
  })

  law('a suspension ends all sessions in the same decision', (acts) => {
    const suspensions = acts.filter(({ events }) => events.some(({ type }) => type === 'UserSuspended'))
    for (const { events } of suspensions) {
      const [suspended, ended] = events
      expect(ended?.type === 'SessionsEnded' && ended.data).toStrictEqual({
        userId: suspended?.type === 'UserSuspended' && suspended.data.userId,
        except: null,
        reason: 'suspended',
      })
    }
    return suspensions.length
  })

  law('only the newest password signs in, and a first one once, before its end', (acts) => {
    const held = new Map<string, { id: string; end: string | null; used: boolean }>()
    let occasions = 0
    for (const { wish, events, now } of acts) {
      for (const { type, data } of events) {
        if (type === 'UserLoggedIn' && (data.method === 'password' || data.method === 'first-password')) {
          occasions++
          const credential = held.get(data.userId)
          expect(credential?.id).toBe((wish as { provenCredentialId: string | null }).provenCredentialId)
          expect(credential?.end === null).toBe(data.method === 'password')
          if (credential?.end) {
            expect(now < credential.end && !credential.used).toBe(true)
            credential.used = true
          }
        }
      }
      for (const { type, data } of events) {
        if (type === 'FirstPasswordIssued')
          held.set(data.userId, { id: data.credentialId, end: data.expiresAt, used: false })
        if (type === 'PasswordChanged')
          held.set(data.userId, { id: data.credentialId, end: null, used: false })
      }
    }
    return occasions
  })

  law('who signs in on a new device is told of that very session, and nobody else is', (acts) => {
    let occasions = 0
    for (const { events } of acts) {
      const begun = events.flatMap(({ type, data }) =>
        type === 'UserLoggedIn' && data.isNewDevice ? [data.sessionId] : [],
      )
      const told = events.flatMap(({ type, data }) => (type === 'NewDeviceNoticed' ? [data.sessionId] : []))
      expect(told).toStrictEqual(begun)
      occasions += told.length
    }
    return occasions
  })

  law('a sign-in link signs in once, and ends every earlier session', (acts) => {
    const used = new Set<string>()
    for (const { events } of acts) {
      for (const { type, data } of events) {
        if (type !== 'SignInLinkRedeemed') continue
        expect(used).not.toContain(data.linkId)
        used.add(data.linkId)
        expect(events.slice(0, 3).map((event) => event.type)).toStrictEqual([
          'SignInLinkRedeemed',
          'SessionsEnded',
          'UserLoggedIn',
        ])
      }
    }
    return used.size
  })
})
