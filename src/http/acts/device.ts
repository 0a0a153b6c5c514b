import type { SessionStart } from '../../domain/sessions/start.ts'
import type { House } from '../house.ts'

/** From where somebody acts; kept with the session, encrypted in the history. */
export type Device = { readonly userAgent: string | null; readonly ip: string | null }

const MAX_USER_AGENT = 400
const SEEN_MS = 90 * 86_400_000

/** How a new session begins on this device. A given `sessionId` makes the act repeatable. */
export const startSession = (
  house: House,
  device: Device,
  carrier: 'page' | 'api',
  sessionId = house.newId(),
): SessionStart => ({
  sessionId,
  carrier,
  expiresAt: new Date(Date.parse(house.now()) + house.settings.sessionMaxMs).toISOString(),
  userAgent: device.userAgent?.slice(0, MAX_USER_AGENT) ?? null,
  ip: device.ip?.slice(0, 45) ?? null,
})

/**
 * Whether a user who signs in is to be told of it: who has signed in before, and never here. A browser is known by its
 * cookie; a program has none, and is known by what it calls itself. The first sign-in after joining tells nothing new.
 */
export const isNewDevice = async (
  house: House,
  userId: string,
  { carrier, userAgent }: SessionStart,
  isKnown: boolean,
): Promise<boolean> => {
  if (isKnown || !(await house.reads.sessions.hasSignedIn(userId))) return false
  if (carrier === 'page') return true
  const since = new Date(Date.parse(house.now()) - SEEN_MS).toISOString()
  return !(await house.reads.sessions.hasSignedInWith(userId, userAgent, since))
}
