import type { Tag } from '../../domain/event.ts'
import { inviteTag } from '../../domain/invites/events.ts'
import { userTag } from '../../domain/users/events.ts'
import type { UserView } from '../../projections/users.ts'
import type { House } from '../house.ts'
import { loginsOf } from './own-sessions.ts'

const MAX = 10_000

type Line = { readonly key: string; readonly count?: number; readonly email?: string | null }
export type ErasurePreview = { readonly goes: readonly Line[]; readonly stays: readonly Line[] }

/** What is forgotten with a user and what stays, before it happens. Only what there is is named. */
export const erasurePreview = async (
  house: Pick<House, 'reads' | 'now' | 'history'>,
  user: UserView,
): Promise<ErasurePreview> => {
  const { reads } = house
  const now = house.now()
  const toThem =
    user.email === null ? [] : await reads.invites.list({ email: user.email }, { now, limit: MAX })
  const inviteIds = new Set([
    ...toThem.map(({ id }) => id),
    ...(user.inviteId === null ? [] : [user.inviteId]),
  ])
  const tags: readonly Tag[] = [userTag(user.id), ...[...inviteIds].map(inviteTag)]
  const sessions = await reads.sessions.ofUser(user.id, MAX)
  const logins = await loginsOf(house, user.id, { limit: MAX })
  const mails = await reads.mails.about(tags, MAX)
  const events = await house.history.page({ tag: userTag(user.id) }, { limit: MAX, afterPosition: 0 })
  const { all: brought } = await reads.referrals.counts(user.id)
  const has = (key: string, is: unknown): readonly Line[] => (is ? [{ key }] : [])
  const some = (key: string, count: number): readonly Line[] => (count > 0 ? [{ key, count }] : [])
  return {
    goes: [
      { key: 'user', email: user.email },
      ...has('password', user.credentialKind !== 'none'),
      ...some('sessions', sessions.length),
      ...some('logins', logins.length),
      ...some('mails', mails.length),
      ...some('invites', inviteIds.size),
      ...has('code', await reads.referralCodes.activeOf(user.id, now)),
      ...has('inquiries', (await reads.inquiries.get(user.id))?.enrichedAt),
    ],
    stays: [
      ...some('events', events.length),
      ...has('broughtBy', await reads.referrals.referrerOf(user.id)),
      ...some('brought', brought),
    ],
  }
}
