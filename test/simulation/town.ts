import type { DomainEvent } from '../../src/domain/catalogue.ts'
import type { Chance } from './chance.ts'

export type Person = {
  readonly id: string
  /** The address that they hold, or else wait for. */
  email: string
  isVerified: boolean
  isGone: boolean
  credentialId: string | null
  sessions: string[]
  verification: { readonly id: string; readonly email: string } | null
  resetId: string | null
  code: string | null
  referrerId: string | null
}

export type Invite = { readonly id: string; readonly email: string }
export type Link = { readonly id: string; readonly userId: string }
export type Batch = { readonly id: string; readonly rootId: string; readonly userIds: string[] }

const ADDRESSES = 24

/**
 * What people and pages know of what has happened so far: what wishes are about. Whoever wishes something may be
 * late with it, for others wish, too, before a node has its turn.
 */
export class Town {
  readonly chance: Chance
  readonly ids: () => string
  /** The world's time, in milliseconds. */
  readonly now: () => number
  readonly people: Person[] = []
  readonly invites: Invite[] = []
  readonly links: Link[] = []
  readonly codes: Link[] = []
  readonly batches: Batch[] = []
  readonly failedMails: { readonly mailId: string; readonly about: string }[] = []
  readonly admins: string[] = []
  readonly #byId = new Map<string, Person>()

  constructor(chance: Chance, ids: () => string, now: () => number) {
    this.chance = chance
    this.ids = ids
    this.now = now
  }

  person(id: string): Person | undefined {
    return this.#byId.get(id)
  }

  /** Somebody who is probably still there. */
  somebody(): Person | undefined {
    const found = this.chance.newest(this.people, 12)
    return found?.isGone && !this.chance.isOneIn(8) ? this.chance.newest(this.people, 12) : found
  }

  address(): string {
    return `a${this.chance.below(ADDRESSES)}@example.org`
  }

  /** Most things are good for some days, some for an hour, and a few have ended before they begin. */
  soon(): string {
    const hours = this.chance.of(-1, 1, 24, 72, 72, 168)
    return new Date(this.now() + hours * 3_600_000).toISOString()
  }

  take({ type, data }: DomainEvent): void {
    switch (type) {
      case 'InviteIssued':
        this.invites.push({ id: data.inviteId, email: data.email ?? '' })
        break
      case 'SignInLinkIssued':
        this.links.push({ id: data.linkId, userId: data.userId })
        break
      case 'ReferralCodeCreated':
        this.codes.push({ id: data.codeId, userId: data.userId })
        this.#change(data.userId, { code: data.codeId })
        break
      case 'SubtreeSuspended':
        this.batches.push({ id: data.batchId, rootId: data.rootId, userIds: [] })
        break
      case 'MailFailed':
        this.failedMails.push({ mailId: data.mailId, about: data.about })
        break
      case 'UserRegistered':
        this.#arrives(data.userId, data.email ?? '')
        break
      case 'EmailVerified':
        this.#change(data.userId, { email: data.email ?? '', isVerified: true })
        break
      case 'VerificationIssued':
        this.#change(data.userId, { verification: { id: data.verificationId, email: data.email ?? '' } })
        break
      case 'PasswordResetRequested':
        this.#change(data.userId, { resetId: data.resetId })
        break
      case 'FirstPasswordIssued':
      case 'PasswordChanged':
        this.#change(data.userId, { credentialId: data.credentialId })
        break
      case 'UserLoggedIn':
        this.person(data.userId)?.sessions.push(data.sessionId)
        break
      case 'UserReferred':
        this.#change(data.userId, { referrerId: data.referrerId })
        break
      case 'RoleGranted':
        if (data.role === 'admin') this.admins.push(data.userId)
        break
      case 'UserErased':
        this.#change(data.userId, { isGone: true })
        break
      default:
    }
  }

  #arrives(id: string, email: string): void {
    const person: Person = {
      id,
      email,
      isVerified: false,
      isGone: false,
      credentialId: null,
      sessions: [],
      verification: null,
      resetId: null,
      code: null,
      referrerId: null,
    }
    this.people.push(person)
    this.#byId.set(id, person)
  }

  #change(id: string, news: Partial<Person>): void {
    const person = this.#byId.get(id)
    if (person) Object.assign(person, news)
  }
}
