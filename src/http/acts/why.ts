import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Fold } from '../../domain/decision.ts'
import type { Tag } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { invite } from '../../domain/invites/invite.ts'
import { batchTag } from '../../domain/referrals/events.ts'
import { batchState, ownCode, referrer } from '../../domain/referrals/referral.ts'
import { userSessions } from '../../domain/sessions/session.ts'
import { type Role, userTag } from '../../domain/users/events.ts'
import { standing } from '../../domain/users/user.ts'
import { verification } from '../../domain/users/verification.ts'
import { causeOf } from '../../domain/why.ts'
import type { House } from '../house.ts'

const MAX_READ = 10_000
/** More than the sessions that a page shows have, and few enough to be folded for each of them. */
const MAX_SESSION_EVENTS = 100

type Known = Pick<House, 'history'>

const eventsFor = (house: Known, tag: Tag, { types }: Pick<Fold<unknown>, 'types'>) =>
  house.history.page({ tag, types }, { limit: MAX_READ, afterPosition: 0 })

/** Which event made an invite what it is; of one that has expired, the event that set its deadline. */
export const whyInvite = async (house: Known, inviteId: string): Promise<DomainEvent | null> => {
  const events = await eventsFor(house, inviteTag(inviteId), invite)
  return causeOf(invite, (state) => (state.status === 'open' ? state.expiresAt : state.status), events)
}

export type WhyUser = {
  readonly state: DomainEvent | null
  readonly verified: DomainEvent | null
  readonly roles: readonly { readonly role: Role; readonly cause: DomainEvent }[]
  /** The code and link that count, or that were used. */
  readonly verification: DomainEvent | null
  readonly referralCode: DomainEvent | null
  /** That somebody brought them here. */
  readonly referrer: DomainEvent | null
}

/** Which events made a user what they are: suspended or not, confirmed or not, holder of each role, brought by somebody. */
export const whyUser = async (house: Known, userId: string): Promise<WhyUser> => {
  const events = await eventsFor(house, userTag(userId), standing)
  const { roles } = events.reduce(standing.evolve, standing.initial)
  const whyOf = async <S>(what: Fold<S>, part: (state: S) => string | null) =>
    causeOf(what, part, await eventsFor(house, userTag(userId), what))
  return {
    state: causeOf(standing, ({ status }) => status, events),
    verified: causeOf(standing, ({ isVerified }) => isVerified, events),
    roles: roles.flatMap((role) => {
      const cause = causeOf(standing, (state) => state.roles.includes(role), events)
      return cause ? [{ role, cause }] : []
    }),
    verification: await whyOf(verification, (state) =>
      state.status === 'none' ? null : `${state.status} ${state.verificationId}`,
    ),
    referralCode: await whyOf(ownCode, (state) => (state.status === 'none' ? null : state.codeId)),
    referrer: await whyOf(referrer, (state) => state?.referrerId ?? null),
  }
}

/** Which event began each of a user's newest sessions, or ended it. */
export const whySessions = async (
  house: Known,
  userId: string,
): Promise<ReadonlyMap<string, DomainEvent>> => {
  const question = { tag: userTag(userId), types: userSessions.types }
  const events = (await house.history.page(question, { limit: MAX_SESSION_EVENTS })).toReversed()
  const causes = new Map<string, DomainEvent>()
  for (const id of Object.keys(events.reduce(userSessions.evolve, userSessions.initial))) {
    const cause = causeOf(userSessions, (state) => state[id] ?? null, events)
    if (cause) causes.set(id, cause)
  }
  return causes
}

/** Which event suspended many at once, or undid it. */
export const whyBatch = async (house: Known, batchId: string): Promise<DomainEvent | null> =>
  causeOf(batchState, (state) => state, await eventsFor(house, batchTag(batchId), batchState))
