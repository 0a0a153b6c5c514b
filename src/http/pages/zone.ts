import { LRUCache } from 'lru-cache'
import type { Ctx } from './ctx.ts'

const COOKIE = 'zone'
const UTC = 'UTC'

/** Zones by what browsers have noted; whatever names none is UTC. */
const zones = new LRUCache<string, string>({ max: 500 })

const readZone = (noted: string): string => {
  try {
    const name = decodeURIComponent(noted)
    // An offset such as `+01:00` is a zone to Intl, too, but no browser's.
    if (!/^[A-Za-z]/.test(name)) return UTC
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return UTC
  }
}

/** The reader's time zone, as `page.js` has noted it in their browser; UTC until then. */
export const zoneOf = (ctx: Ctx): string => {
  const noted = ctx.cookies.get(COOKIE)
  if (noted === undefined || noted.length > 100) return UTC
  const zone = zones.get(noted) ?? readZone(noted)
  zones.set(noted, zone)
  return zone
}
