import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Fold } from '../../domain/decision.ts'
import type { Tag } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { invite } from '../../domain/invites/invite.ts'
import { type Role, userTag } from '../../domain/users/events.ts'
import { standing } from '../../domain/users/user.ts'
import { causeOf } from '../../domain/why.ts'
import type { House } from '../house.ts'

const MAX_READ = 10_000

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
}

/** Which events made a user what they are: suspended or not, confirmed or not, and holder of each role. */
export const whyUser = async (house: Known, userId: string): Promise<WhyUser> => {
  const events = await eventsFor(house, userTag(userId), standing)
  const { roles } = events.reduce(standing.evolve, standing.initial)
  return {
    state: causeOf(standing, ({ status }) => status, events),
    verified: causeOf(standing, ({ isVerified }) => isVerified, events),
    roles: roles.flatMap((role) => {
      const cause = causeOf(standing, (state) => state.roles.includes(role), events)
      return cause ? [{ role, cause }] : []
    }),
  }
}
