import type { SessionStart } from '../../domain/sessions/start.ts'
import type { House } from '../house.ts'

/** From where somebody acts; kept with the session, encrypted in the history. */
export type Device = { readonly userAgent: string | null; readonly ip: string | null }

const MAX_USER_AGENT = 400

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
