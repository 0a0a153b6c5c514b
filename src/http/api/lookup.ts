import type { ApiPrincipal } from '../../projections/principal.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { demand } from './caller.ts'

/**
 * Whether an address is known: its owner, or else whoever registered last with it and has not confirmed it. Told to
 * anonymous callers only where the house has decided to tell; to admins always.
 */
export const lookupEmail = async (
  house: House,
  email: string,
  principal: ApiPrincipal | null,
): Promise<{ readonly id: string; readonly emailVerified: boolean }> => {
  if (!house.settings.emailLookup) demand({ who: 'auditor' }, principal)
  const owner = await house.reads.users.byEmail(email)
  if (owner) return { id: owner.id, emailVerified: true }
  const [newest] = await house.reads.users.waitingFor(email)
  if (!newest) throw new Problem('user_not_found')
  return { id: newest.id, emailVerified: false }
}
