import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { userTag } from '../../domain/users/events.ts'
import type { House } from '../house.ts'
import type { Stretch } from '../travel-door.ts'
import { whyUser } from './why.ts'

/** What tells who somebody is. */
const NAMING: readonly EventType[] = ['UserRegistered', 'EmailVerified', 'ProfileChanged', 'UserErased']
/** More than a page shows, for some of them may be gone. */
const INVITES = 20
const EVENTS = 50

/** Those who did something, by whom they are called. */
const namedIn = (events: readonly DomainEvent[]): Stretch[] =>
  [...new Set(events.map(({ actor }) => actor))]
    .filter((actor) => actor.startsWith('user:'))
    .map((actor) => ({ tag: actor as Tag, types: NAMING }))

type Known = Pick<House, 'history'>

/** Where everything stands that the page of an invite shows: the invite, who issued and who redeemed it. */
export const reachOfInvite = async ({ history }: Known, inviteId: string): Promise<Stretch[]> => {
  const tag = inviteTag(inviteId)
  const events = await history.newestAbout(tag, { limit: EVENTS })
  const redeemed = events.flatMap((event) =>
    event.type === 'InviteRedeemed' ? [{ tag: userTag(event.data.userId), types: NAMING }] : [],
  )
  return [{ tag }, ...namedIn(events), ...redeemed]
}

/** Where everything stands that the page of a user shows: what happened to them, how they came, whom they invited. */
export const reachOfUser = async ({ history }: Known, userId: string): Promise<Stretch[]> => {
  const tag = userTag(userId)
  const [registered] = await history.page({ tag, types: ['UserRegistered'] }, { limit: 1, afterPosition: 0 })
  const via = registered?.type === 'UserRegistered' ? registered.data.via : null
  const invited = via?.kind === 'invite' ? [{ tag: inviteTag(via.inviteId) }] : []
  const issued = await history.page({ actor: `user:${userId}`, types: ['InviteIssued'] }, { limit: INVITES })
  const { roles, ...why } = await whyUser({ history }, userId)
  const causes = [...Object.values(why), ...roles.map(({ cause }) => cause)].filter((cause) => cause !== null)
  const referrer = why.referrer?.type === 'UserReferred' ? [why.referrer.data.referrerId] : []
  return [
    { tag },
    ...invited,
    ...referrer.map((id) => ({ tag: userTag(id), types: NAMING })),
    ...issued.flatMap((event) =>
      event.type === 'InviteIssued' ? [{ tag: inviteTag(event.data.inviteId) }] : [],
    ),
    ...namedIn([...(await history.newestAbout(tag, { limit: EVENTS })), ...causes]),
  ]
}

/** Where everything stands that a page of a user's history shows. */
export const reachOfUserHistory = async (
  { history }: Known,
  userId: string,
  before: number | undefined,
): Promise<Stretch[]> => {
  const tag = userTag(userId)
  return [{ tag, types: NAMING }, ...namedIn(await history.newestAbout(tag, { limit: EVENTS, before }))]
}
