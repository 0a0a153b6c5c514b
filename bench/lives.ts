import type { DomainEvent, NewEvent } from '../src/domain/catalogue.ts'
import { accept } from '../src/domain/decision.ts'
import { mailing } from '../src/domain/processes/mailing.ts'
import type { Foundation } from '../src/foundation.ts'

const COHORT = 100
const SIGN_INS = 5
const SIGN_OUTS = 3
const DAY_MS = 86_400_000

type Person = {
  readonly n: number
  readonly userId: string
  readonly inviteId: string
  readonly email: string
}

const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

/** What the people of a cohort do one after the other; who does what goes by their number. */
const stepsOf = (floor: Foundation): readonly ((person: Person) => readonly NewEvent[])[] => {
  const later = () => new Date(Date.parse(floor.clock()) + DAY_MS).toISOString()
  const device = (n: number) => ({ userAgent: AGENT, ip: `192.0.2.${n % 256}` })
  const sessions = new Map<string, string[]>()
  const joins = ({ n }: Person) => n % 10 !== 0
  const signIn = ({ userId, n }: Person, method: 'invite' | 'password', sessionId: string): NewEvent => {
    sessions.set(userId, [...(sessions.get(userId) ?? []), sessionId])
    return {
      type: 'UserLoggedIn',
      data: {
        userId,
        sessionId,
        method,
        carrier: 'page',
        expiresAt: later(),
        isNewDevice: false,
        ...device(n),
      },
    }
  }
  const issue = ({ inviteId, email }: Person): NewEvent[] => [
    { type: 'InviteIssued', data: { inviteId, email, role: 'member', locale: 'en', expiresAt: later() } },
  ]
  const join = (person: Person): NewEvent[] => {
    const { inviteId, email, userId, n } = person
    if (!joins(person)) {
      return n % 20 === 0 ? [{ type: 'InviteRevoked', data: { inviteId, email, reason: null } }] : []
    }
    const sessionId = floor.ids()
    return [
      { type: 'InviteRedeemed', data: { inviteId, email, userId, sessionId } },
      {
        type: 'UserRegistered',
        data: { userId, email, name: null, locale: 'en', via: { kind: 'invite', inviteId } },
      },
      { type: 'EmailVerified', data: { userId, email, by: 'invite' } },
      signIn(person, 'invite', sessionId),
      {
        type: 'FirstPasswordIssued',
        data: { userId, email, credentialId: floor.ids(), locale: 'en', expiresAt: later() },
      },
    ]
  }
  const change = ({ userId, email, n }: Person): NewEvent[] => [
    {
      type: 'PasswordChanged',
      data: { userId, email, locale: 'en', credentialId: floor.ids(), by: 'owner' },
    },
    ...(n % 5 === 1
      ? ([{ type: 'ProfileChanged', data: { userId, name: `Person ${n}`, locale: null } }] as const)
      : []),
  ]
  const out = ({ userId }: Person): NewEvent[] => {
    const sessionId = sessions.get(userId)?.pop()
    return sessionId === undefined ? [] : [{ type: 'UserLoggedOut', data: { userId, sessionId } }]
  }
  const fail = ({ userId, n }: Person): NewEvent[] =>
    n % 5 === 2 ? [{ type: 'LoginFailed', data: { userId, carrier: 'page', ...device(n) } }] : []
  const end = ({ userId, inviteId, n }: Person): NewEvent[] => {
    sessions.delete(userId)
    if (n % 50 === 3) {
      return [
        { type: 'UserSuspended', data: { userId, roles: [], reason: null, batchId: null } },
        { type: 'SessionsEnded', data: { userId, except: null, reason: 'suspended' } },
      ]
    }
    return n % 100 === 7
      ? [{ type: 'UserErased', data: { userId, roles: [], inviteIds: [inviteId], reason: 'asked' } }]
      : []
  }
  const whoJoined =
    (step: (person: Person) => readonly NewEvent[]) =>
    (person: Person): readonly NewEvent[] =>
      joins(person) ? step(person) : []
  return [
    issue,
    join,
    whoJoined(change),
    ...Array.from({ length: SIGN_INS }, () =>
      whoJoined((person) => [signIn(person, 'password', floor.ids())]),
    ),
    ...Array.from({ length: SIGN_OUTS }, () => whoJoined(out)),
    whoJoined(fail),
    whoJoined(end),
  ]
}

const sent = (event: DomainEvent): NewEvent[] =>
  mailing(event).map(({ mailId, template, about }) => ({
    type: 'MailSent',
    data: { mailId, template, about: about as `user:${string}`, attempts: 1 },
  }))

const peopleFrom = (floor: Foundation, first: number, count: number): readonly Person[] =>
  Array.from({ length: count }, (_, index) => ({
    n: first + index,
    userId: floor.ids(),
    inviteId: floor.ids(),
    email: `person-${first + index}@example.org`,
  }))

/** Appends whole lives, interleaved by the hundred, until the history has this many events. */
export const liveUntil = async (floor: Foundation, events: number): Promise<void> => {
  const by = { actor: 'operator', correlation: floor.ids() } as const
  const append = (...some: NewEvent[]) =>
    floor.store.decide({ readings: {}, decide: () => accept(...some), ...by })
  const steps = stepsOf(floor)
  for (let n = 1; (await floor.store.head()) < events; n += COHORT) {
    const cohort = peopleFrom(floor, n, COHORT)
    for (const step of steps) {
      const done = await Promise.all(cohort.map(async (person) => (await append(...step(person))).events))
      const mails = done.flat().flatMap(sent)
      await Promise.all(mails.map((mail) => append(mail)))
    }
  }
}

const CROWD = 5000
const EVENTS_A_LIFE = 16.9

/**
 * The same lives for a history of many millions: each step of up to five thousand people is one commit, and the file is
 * not flushed before the end. Rows, keys and boxes are those that single commands leave behind.
 */
export const crowdUntil = async (
  floor: Foundation,
  events: number,
  progress: (head: number) => void,
): Promise<void> => {
  const db = floor.sqlite?.db
  if (!db) throw new Error('the database is no file')
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -4194304')
  const by = { actor: 'operator', correlation: floor.ids() } as const
  const append = (some: readonly NewEvent[]) =>
    floor.store.decide({ readings: {}, decide: () => accept(...some), ...by })
  const steps = stepsOf(floor)
  const people = Math.ceil(events / EVENTS_A_LIFE)
  const together = Math.ceil(people / Math.ceil(people / CROWD))
  for (let n = 1; (await floor.store.head()) < events; n += together) {
    const crowd = peopleFrom(floor, n, together)
    for (const step of steps) {
      const { events: done } = await append(crowd.flatMap(step))
      await append(done.flatMap(sent))
    }
    progress(await floor.store.head())
  }
  db.pragma('synchronous = FULL')
}
