import { endSessions } from '../../domain/sessions/end-sessions.ts'
import { logout } from '../../domain/sessions/logout.ts'
import type { Role } from '../../domain/users/events.ts'
import { LOGINS_KEPT_MS, type LoginView } from '../../projections/logins.ts'
import type { House, LivingSession, Outcome } from '../house.ts'
import { pageIdleMs } from './idle.ts'

type Owner = { readonly userId: string; readonly roles: readonly Role[] }
type Slice = { readonly limit: number; readonly before?: string | undefined }

export const sessionsOf = (
  house: House,
  { userId, roles }: Owner,
  slice: Slice,
): Promise<readonly LivingSession[]> =>
  house.livingSessions(userId, { ...slice, pageIdleMs: pageIdleMs(roles) })

/** Who signed in as a user, or tried to, in the last ninety days; the newest first. */
export const loginsOf = (
  house: Pick<House, 'reads' | 'now'>,
  userId: string,
  { limit, before }: Slice,
): Promise<LoginView[]> => {
  const since = new Date(Date.parse(house.now()) - LOGINS_KEPT_MS).toISOString()
  return house.reads.logins.ofUser(userId, { since, before, limit })
}

/** Ends one of a user's own sessions; null if there never was one of theirs. What has ended already is as good as ended. */
export const endOwnSession = async (
  house: House,
  userId: string,
  sessionId: string,
  correlation: string,
): Promise<Outcome | null> => {
  if ((await house.reads.sessions.ownerOf(sessionId)) !== userId) return null
  return house.execute(logout, { sessionId }, { actor: `user:${userId}`, correlation })
}

/** Signs a user out everywhere but in one session, or everywhere. */
export const endOwnSessions = (
  house: House,
  userId: string,
  except: string | null,
  correlation: string,
): Promise<Outcome> =>
  house.execute(
    endSessions,
    { userId, except, reason: 'signed-out-everywhere' },
    { actor: `user:${userId}`, correlation },
  )
