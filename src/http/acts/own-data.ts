import { type DomainEvent, definitionOf } from '../../domain/catalogue.ts'
import type { Subject, Tag } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { roleSchema, userTag } from '../../domain/users/events.ts'
import type { UserView } from '../../projections/users.ts'
import type { House } from '../house.ts'
import { MASK } from './history.ts'
import { loginsOf } from './own-sessions.ts'

/** More than anybody has; whoever reaches it is told so by the last lines being missing from their own list. */
const MAX = 10_000

/** What was noted about people for those who look after them, and is shown to nobody else. */
const NOT_FOR_THEM = ['reason']

/** Another person is nobody's own data. */
const actorFor = (actor: string, me: Tag): string => {
  if (actor === me) return 'you'
  return actor.startsWith('user:') ? 'another user' : actor
}

/** An event about somebody, as they may read it: in clear where it is about them, and nobody else's person in it. */
const eventFor = (event: DomainEvent, me: Tag, own: ReadonlySet<Subject>) => {
  const { position, at, type, actor } = event
  const { personalFields, subject } = definitionOf(type)
  const isOwn = subject !== undefined && own.has(subject(event.data))
  const shown = Object.entries(event.data).map(([field, value]) => {
    const isHidden = personalFields.includes(field) && (!isOwn || NOT_FOR_THEM.includes(field))
    return [field, isHidden && value !== null ? MASK : value] as const
  })
  return {
    position,
    at,
    type,
    by: actorFor(actor, me),
    data: Object.fromEntries(shown) as Record<string, unknown>,
  }
}

/** Everything that is kept about somebody, for themselves. */
export const ownData = async (house: House, user: UserView) => {
  const { reads, history } = house
  const now = house.now()
  const me = userTag(user.id)
  const toThem =
    user.email === null ? [] : await reads.invites.list({ email: user.email }, { now, limit: MAX })
  const inviteIds = new Set([
    ...toThem.map(({ id }) => id),
    ...(user.inviteId === null ? [] : [user.inviteId]),
  ])
  const invites = (await Promise.all([...inviteIds].map((id) => reads.invites.get(id, now)))).filter(
    (invite) => invite !== null,
  )
  const tags: readonly Tag[] = [me, ...[...inviteIds].map(inviteTag)]
  const pages = await Promise.all(tags.map((tag) => history.page({ tag }, { limit: MAX, afterPosition: 0 })))
  const events = [...new Map(pages.flat().map((event) => [event.position, event])).values()].toSorted(
    (a, b) => a.position - b.position,
  )
  const own = new Set<Subject>([`user:${user.id}`, ...[...inviteIds].map((id): Subject => `invite:${id}`)])
  const said = await reads.inquiries.get(user.id)
  const referrer = await reads.referrals.referrerOf(user.id)
  const brought = await reads.referrals.of(user.id, { limit: MAX })
  const sessions = await reads.sessions.ofUser(user.id, MAX)
  const mails = await reads.mails.about(tags, MAX)
  const { id, email, name, locale, via, registeredAt, emailVerifiedAt, suspendedAt, lastLoginAt } = user
  return {
    format: 'latchkey personal data 1' as const,
    madeAt: now,
    profile: { id, email, name, locale, via, registeredAt, emailVerifiedAt, suspendedAt, lastLoginAt },
    roles: roleSchema.options.filter((role) => user.roles.includes(role)),
    saidByOthers: said && {
      verdict: said.verdict,
      name: said.name,
      company: said.company,
      title: said.title,
    },
    sessions: sessions.map((session) => ({ ...session })),
    logins: (await loginsOf(house, user.id, { limit: MAX })).map((login) => ({ ...login })),
    invites: invites.map((invite) => ({
      id: invite.id,
      email: invite.email,
      role: invite.role,
      state: invite.state,
      issuedAt: invite.issuedAt,
      expiresAt: invite.expiresAt,
      redeemedAt: invite.redeemedAt,
    })),
    referralCode: await reads.referralCodes.activeOf(user.id, now),
    referrals: {
      broughtBy: referrer && { userId: referrer.referrerId, at: referrer.at, way: referrer.way },
      brought: brought.map(({ userId, at, way, goneAt }) => ({ userId, at, way, goneAt })),
    },
    mails: mails.map(({ id: mailId, template, status, queuedAt, sentAt }) => ({
      id: mailId,
      template,
      status,
      queuedAt,
      sentAt,
    })),
    events: events.map((event) => eventFor(event, me, own)),
  }
}
