import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { mustHold, Once } from './violation.ts'

type Known = {
  status: 'active' | 'suspended' | 'erased'
  isAdmin: boolean
  email: string | null
  code: { readonly id: string; readonly expiresAt: string } | null
}

const ONE_OWNER = 'an address has one user, who has one address'
const NO_MORE = 'of whoever is erased nothing is written any more, but that a session ended'
const ONE_CODE = 'nobody has two active referral codes'
const NO_CIRCLE = 'nobody was brought by themselves, or in a circle'
const ACTIVE_ONLY = 'nobody is signed in who is not known, or suspended, or erased'
const AN_ADMIN = 'there is always an admin who can act'
const SESSIONS_DIE = 'sessions end with what they were opened by: a password, a role, a standing'

/** Who is who: a second opinion, noted down from what is written, a decision at a time. */
export class LawsOfPeople {
  readonly #people = new Map<string, Known>()
  readonly #owners = new Map<string, string>()
  readonly #admins = new Set<string>()
  readonly #sessions = new Map<string, Set<string>>()
  readonly #broughtBy = new Map<string, string>()
  readonly #registered = new Once('a user begins once, and never again after being erased')
  readonly #referred = new Once('who brought somebody is said once, and never changes')
  #hasBegun = false

  sessionsOf(userId: string): ReadonlySet<string> {
    return this.#sessions.get(userId) ?? new Set()
  }

  emailOf(userId: string): string | null {
    return this.#people.get(userId)?.email ?? null
  }

  statusOf(userId: string): Known['status'] | null {
    return this.#people.get(userId)?.status ?? null
  }

  /** One decision: what it wrote, judged as a whole. */
  take(events: readonly DomainEvent[]): void {
    for (const event of events) this.#takeOne(event)
    for (const { type, data } of events) {
      if (type === 'UserSuspended' || type === 'UserErased') this.#mustHaveNoSession(data.userId, null)
      if (type === 'RoleRevoked' || type === 'AddressReleased') this.#mustHaveOneSessionAtMost(data.userId)
      if (type !== 'PasswordChanged') continue
      if (data.by === 'owner') this.#mustHaveOneSessionAtMost(data.userId)
      if (data.by === 'reset' || data.by === 'operator') this.#mustHaveNoSession(data.userId, null)
    }
    if (this.#admins.size > 0) this.#hasBegun = true
    mustHold(AN_ADMIN, !this.#hasBegun || this.#admins.size > 0, () => 'the last one is gone')
  }

  #takeOne(event: DomainEvent): void {
    const { type, data, at } = event
    if ('userId' in data && type !== 'UserRegistered' && type !== 'UserLoggedOut') {
      mustHold(NO_MORE, this.statusOf(data.userId) !== 'erased', () => `${type} of ${data.userId}`)
    }
    switch (type) {
      case 'UserRegistered':
        this.#registered.take(data.userId)
        this.#people.set(data.userId, { status: 'active', isAdmin: false, email: null, code: null })
        break
      case 'EmailVerified':
        this.#owns(data.userId, data.email ?? '')
        break
      case 'AddressReleased':
        mustHold(
          ONE_OWNER,
          this.#owners.get(data.email ?? '') === data.userId,
          () => `${data.userId} gave up`,
        )
        this.#release(data.userId)
        break
      case 'RoleGranted':
        if (data.role === 'admin') this.#is(data.userId, { isAdmin: true })
        break
      case 'RoleRevoked':
        if (data.role === 'admin') this.#is(data.userId, { isAdmin: false })
        break
      case 'UserSuspended':
        this.#is(data.userId, { status: 'suspended' })
        break
      case 'UserReinstated':
        this.#is(data.userId, { status: 'active' })
        break
      case 'UserErased':
        this.#release(data.userId)
        this.#is(data.userId, { status: 'erased', isAdmin: false, code: null })
        this.#sessions.delete(data.userId)
        break
      case 'UserLoggedIn': {
        mustHold(ACTIVE_ONLY, this.statusOf(data.userId) === 'active', () => data.userId)
        const live = this.#sessions.get(data.userId)
        if (live) live.add(data.sessionId)
        else this.#sessions.set(data.userId, new Set([data.sessionId]))
        break
      }
      case 'UserLoggedOut':
        this.#sessions.get(data.userId)?.delete(data.sessionId)
        break
      case 'SessionsEnded': {
        const live = this.#sessions.get(data.userId)
        for (const id of live ?? []) if (id !== data.except) live?.delete(id)
        break
      }
      case 'ReferralCodeCreated': {
        const held = this.#people.get(data.userId)?.code
        mustHold(ONE_CODE, !held || held.expiresAt <= at, () => `${data.userId} has ${held?.id}, too`)
        this.#is(data.userId, { code: { id: data.codeId, expiresAt: data.expiresAt } })
        break
      }
      case 'ReferralCodeDeleted':
        if (this.#people.get(data.userId)?.code?.id === data.codeId) this.#is(data.userId, { code: null })
        break
      case 'UserReferred':
        this.#refers(data.userId, data.referrerId)
        break
      default:
    }
  }

  #is(userId: string, news: Partial<Known>): void {
    const person = this.#people.get(userId)
    if (!person) return
    Object.assign(person, news)
    if (person.isAdmin && person.status === 'active') this.#admins.add(userId)
    else this.#admins.delete(userId)
  }

  #owns(userId: string, email: string): void {
    const owner = this.#owners.get(email) ?? userId
    mustHold(ONE_OWNER, owner === userId, () => `${owner} and ${userId}`)
    mustHold(ONE_OWNER, this.emailOf(userId) === null, () => `${userId} has another one`)
    this.#owners.set(email, userId)
    this.#is(userId, { email })
  }

  #release(userId: string): void {
    const email = this.emailOf(userId)
    if (email !== null) this.#owners.delete(email)
    this.#is(userId, { email: null })
  }

  #refers(userId: string, referrerId: string): void {
    this.#referred.take(userId)
    this.#broughtBy.set(userId, referrerId)
    for (let id: string | undefined = referrerId; id !== undefined; id = this.#broughtBy.get(id)) {
      mustHold(NO_CIRCLE, id !== userId, () => userId)
    }
  }

  #mustHaveNoSession(userId: string, except: string | null): void {
    const left = [...this.sessionsOf(userId)].filter((id) => id !== except)
    mustHold(SESSIONS_DIE, left.length === 0, () => `${userId} still has ${left.join(', ')}`)
  }

  #mustHaveOneSessionAtMost(userId: string): void {
    const left = this.sessionsOf(userId)
    mustHold(SESSIONS_DIE, left.size <= 1, () => `${userId} still has ${[...left].join(', ')}`)
  }
}
