import type { Role } from '../../domain/users/events.ts'

const HOUR_MS = 3_600_000
const ADMIN_IDLE_MS = 2 * HOUR_MS
const IDLE_MS = 7 * 24 * HOUR_MS

/** How long a browser's session may lie unused; an admin's less long than others'. */
export const pageIdleMs = (roles: readonly Role[]): number =>
  roles.includes('admin') ? ADMIN_IDLE_MS : IDLE_MS
