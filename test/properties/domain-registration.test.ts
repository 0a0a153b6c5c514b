import { describe, expect } from 'vitest'
import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { MAX_WAITING } from '../../src/domain/users/register-user.ts'
import { MAX_CODE_TRIES } from '../../src/domain/users/verification.ts'
import { law } from '../support/law.ts'
import type { Act } from '../support/story.ts'

const written = (acts: readonly Act[]) => acts.flatMap(({ events }) => events)
const userOf = ({ data }: DomainEvent) => ('userId' in data ? data.userId : null)

/** A second opinion on whose an address is, and who waits for which: a plain walk through what was written. */
const registerOfAddresses = () => {
  const owners = new Map<string, string>()
  const waiting = new Map<string, string>()
  const addressOf = (userId: string) => [...owners].find(([, id]) => id === userId)?.[0] ?? null
  const take = ({ type, data }: DomainEvent) => {
    if (type === 'UserRegistered' && data.via.kind === 'self') waiting.set(data.userId, data.email ?? '')
    if (type === 'EmailVerified') {
      waiting.delete(data.userId)
      owners.set(data.email ?? '', data.userId)
    }
    if (type === 'AddressReleased') owners.delete(data.email ?? '')
    if (type === 'UserErased') {
      waiting.delete(data.userId)
      const held = addressOf(data.userId)
      if (held !== null) owners.delete(held)
    }
  }
  return {
    take,
    addressOf,
    ownerOf: (address: string | null) => owners.get(address ?? '') ?? null,
    isWaiting: (userId: string | null) => waiting.has(userId ?? ''),
    waitingFor: (address: string | null) =>
      [...waiting].flatMap(([id, held]) => (held === address ? [id] : [])),
    addresses: () => [...new Set(waiting.values())],
  }
}

/** The sessions that go on, by user. */
const registerOfSessions = () => {
  const live = new Map<string, Set<string>>()
  return {
    take({ type, data }: DomainEvent) {
      if (type === 'UserLoggedIn') live.set(data.userId, new Set(live.get(data.userId)).add(data.sessionId))
      if (type === 'UserLoggedOut') live.get(data.userId)?.delete(data.sessionId)
      if (type === 'SessionsEnded') {
        const kept = [...(live.get(data.userId) ?? [])].filter((id) => id === data.except)
        live.set(data.userId, new Set(kept))
      }
    },
    of: (userId: string) => [...(live.get(userId) ?? [])],
  }
}

describe('S1-4, T10: whose an address is, whatever people wish, in whatever order', () => {
  law('it has one owner at most', (acts) => {
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const event of written(acts)) {
      if (event.type === 'EmailVerified') {
        occasions++
        expect(addresses.ownerOf(event.data.email) ?? event.data.userId).toBe(event.data.userId)
        expect(addresses.addressOf(event.data.userId)).toBeNull()
      }
      addresses.take(event)
    }
    return occasions
  })

  law('only its owner gives it up', (acts) => {
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const { events } of acts) {
      for (const event of events) {
        if (event.type === 'AddressReleased') {
          occasions++
          expect(addresses.ownerOf(event.data.email)).toBe(event.data.userId)
        }
        addresses.take(event)
      }
      for (const { type, data } of events) {
        if (type === 'AddressReleased') expect(addresses.addressOf(data.userId)).not.toBeNull()
      }
    }
    return occasions
  })

  law('once somebody has it, nobody who waited for it is left', (acts) => {
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const { events } of acts) {
      const confirmed = events.flatMap((event) => (event.type === 'EmailVerified' ? [event.data.email] : []))
      const waited = confirmed.flatMap(addresses.waitingFor)
      for (const event of events) addresses.take(event)
      occasions += waited.length
      expect(confirmed.flatMap(addresses.waitingFor)).toStrictEqual([])
    }
    return occasions
  })

  law('T17: ten wait for it at most', (acts) => {
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const { events } of acts) {
      for (const event of events) addresses.take(event)
      for (const address of addresses.addresses()) {
        const count = addresses.waitingFor(address).length
        expect(count).toBeLessThanOrEqual(MAX_WAITING)
        if (count === MAX_WAITING) occasions++
      }
    }
    return occasions
  })

  law('nobody who waits gets a role, an invite, a mailed password or a link that signs in', (acts) => {
    const PRIVILEGES = [
      'RoleGranted',
      'InviteRedeemed',
      'FirstPasswordIssued',
      'SignInLinkIssued',
      'SignInLinkRedeemed',
      'PasswordResetRequested',
      'AddressReleased',
    ]
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const event of written(acts)) {
      const { type, data } = event
      if (addresses.isWaiting(userOf(event))) {
        occasions++
        expect(PRIVILEGES).not.toContain(type)
        if (type === 'PasswordChanged') expect(data.by).not.toBe('operator')
        if (type === 'VerificationIssued') expect(data.purpose).not.toBe('email-change')
      }
      addresses.take(event)
    }
    return occasions
  })

  law('S2-32, W-18: nobody who has confirmed one is forgotten unless somebody asks for it', (acts) => {
    const addresses = registerOfAddresses()
    let occasions = 0
    for (const event of written(acts)) {
      if (event.type === 'UserErased' && event.data.reason !== 'asked') {
        occasions++
        expect(addresses.isWaiting(event.data.userId)).toBe(true)
      }
      addresses.take(event)
    }
    return occasions
  })

  law(
    'W-39: it is confirmed by what was mailed to it last, in time, once, and never when it is taken',
    (acts) => {
      type Mailed = Extract<DomainEvent, { type: 'VerificationIssued' }>['data'] & { failed: number }
      const mailed = new Map<string, Mailed>()
      let occasions = 0
      for (const { at, type, data } of written(acts)) {
        if (type === 'VerificationIssued') mailed.set(data.userId, { ...data, failed: 0 })
        if (type === 'VerificationFailed') {
          const last = mailed.get(data.userId)
          expect(last?.verificationId).toBe(data.verificationId)
          if (last) expect(++last.failed).toBeLessThanOrEqual(MAX_CODE_TRIES)
        }
        if (type !== 'EmailVerified' || (data.by !== 'code' && data.by !== 'link')) continue
        occasions++
        const last = mailed.get(data.userId)
        expect(last?.email).toBe(data.email)
        expect(last?.purpose).not.toBe('taken')
        expect(at < ((data.by === 'code' ? last?.codeExpiresAt : last?.linkExpiresAt) ?? '')).toBe(true)
        if (data.by === 'code') expect(last?.failed).toBeLessThan(MAX_CODE_TRIES)
        mailed.delete(data.userId)
      }
      return occasions
    },
  )

  law('a link that resets or signs in is mailed to it only, and dead once it is given up', (acts) => {
    const addresses = registerOfAddresses()
    const mailedTo = new Map<string, string | null>()
    let occasions = 0
    for (const event of written(acts)) {
      const { type, data } = event
      if (type === 'PasswordResetRequested' || type === 'SignInLinkIssued') {
        expect(data.email).toBe(addresses.addressOf(data.userId))
        mailedTo.set(type === 'SignInLinkIssued' ? data.linkId : data.userId, data.email)
      }
      if (type === 'SignInLinkRedeemed') {
        occasions++
        expect(mailedTo.get(data.linkId)).toBe(addresses.addressOf(data.userId))
      }
      if (type === 'PasswordChanged' && data.by === 'reset') {
        occasions++
        expect(mailedTo.get(data.userId)).toBe(addresses.addressOf(data.userId))
      }
      addresses.take(event)
    }
    return occasions
  })
})

describe('T10: what is left of a registration, whatever people wish, in whatever order', () => {
  type Confirmation = {
    readonly userId: string
    readonly keepSessionId: string | null
    readonly proof:
      | { readonly kind: 'code' | 'link' }
      | {
          readonly kind: 'link-elsewhere'
          readonly newCredentialId: string
          readonly session: { readonly sessionId: string }
        }
  }
  const confirmations = (acts: readonly Act[], check: (wish: Confirmation, act: Act) => void) => {
    let occasions = 0
    for (const act of acts) {
      if (act.type !== 'VerifyEmail' || act.decision.outcome === 'refused') continue
      occasions++
      check(act.wish as Confirmation, act)
    }
    return occasions
  }

  law('confirmed elsewhere, no session and no password of before is', (acts) => {
    const sessions = registerOfSessions()
    let occasions = 0
    for (const { type, wish, decision, events } of acts) {
      for (const event of events) sessions.take(event)
      if (type !== 'VerifyEmail' || decision.outcome === 'refused') continue
      const { userId, proof } = wish as Confirmation
      if (proof.kind !== 'link-elsewhere') continue
      occasions++
      expect(sessions.of(userId)).toStrictEqual([proof.session.sessionId])
      const passwords = events.flatMap(({ type: kind, data }) =>
        kind === 'PasswordChanged' ? [[data.userId, data.credentialId]] : [],
      )
      expect(passwords).toStrictEqual([[userId, proof.newCredentialId]])
    }
    return occasions
  })

  law('confirmed by code, or in a session, none is but that one, or the one it began with', (acts) => {
    const sessions = registerOfSessions()
    const begun = new Map<string, string>()
    let occasions = 0
    for (const act of acts) {
      for (const event of act.events) {
        sessions.take(event)
        if (event.type === 'UserLoggedIn' && event.data.method === 'registration') {
          begun.set(event.data.userId, event.data.sessionId)
        }
      }
      occasions += confirmations([act], ({ userId, proof, keepSessionId }, { events }) => {
        if (proof.kind === 'link-elsewhere') return
        const kept = keepSessionId ?? begun.get(userId)
        expect([[], [kept]]).toContainEqual(sessions.of(userId))
        expect(events.map(({ type }) => type)).not.toContain('PasswordChanged')
        expect(events.map(({ type }) => type)).not.toContain('UserLoggedIn')
      })
    }
    return occasions
  })

  law(
    'a change of address is confirmed in a session of its user only, and leaves the password alone',
    (acts) => {
      let occasions = 0
      for (const { events, wish } of acts) {
        if (!events.some(({ type }) => type === 'AddressReleased')) continue
        occasions++
        expect((wish as Confirmation).proof.kind).not.toBe('link-elsewhere')
        const types = events.map(({ type }) => type).filter((type) => type !== 'UserErased')
        expect(types).toStrictEqual(['AddressReleased', 'EmailVerified', 'SessionsEnded'])
      }
      return occasions
    },
  )

  law('of whoever is erased nothing is written any more, but that a session ended', (acts) => {
    const gone = new Set<string | null>()
    for (const event of written(acts)) {
      if (event.type !== 'UserLoggedOut') expect(gone).not.toContain(userOf(event))
      if (event.type === 'UserErased') gone.add(event.data.userId)
    }
    return gone.size
  })

  law('a reset sets one password, by the newest link, once, in time, and ends every session', (acts) => {
    const open = new Map<string, { readonly resetId: string; readonly expiresAt: string }>()
    const sessions = registerOfSessions()
    let occasions = 0
    for (const { type, wish, decision, events, now } of acts) {
      for (const event of events) sessions.take(event)
      if (type === 'ResetPassword' && decision.outcome === 'accepted') {
        occasions++
        const { userId, resetId } = wish as { userId: string; resetId: string }
        expect(open.get(userId)?.resetId).toBe(resetId)
        expect(now < (open.get(userId)?.expiresAt ?? '')).toBe(true)
        expect(sessions.of(userId)).toStrictEqual([])
      }
      for (const { type: kind, data } of events) {
        if (kind === 'PasswordResetRequested') open.set(data.userId, data)
        if (kind === 'PasswordChanged' || kind === 'AddressReleased') open.delete(data.userId)
      }
    }
    return occasions
  })
})
