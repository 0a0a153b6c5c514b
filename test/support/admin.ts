import { grantRole } from '../../src/domain/users/grant-role.ts'
import type { Foundation } from '../../src/foundation.ts'
import { insert } from '../../src/projections/projection.ts'

export const ADMIN = { email: 'admin@example.org', password: 'correct-horse-battery' }

/** An admin with a password, as `latchkey admin grant` makes one. */
export const enrolAdmin = async (floor: Foundation, { email, password } = ADMIN): Promise<string> => {
  const userId = floor.ids()
  const credentialId = floor.ids()
  const hash = await floor.hasher.hash(password)
  const outcome = await floor.execute(
    grantRole,
    { userId, role: 'admin', enrol: { email, locale: 'en' }, newCredentialId: credentialId },
    { actor: 'operator', correlation: floor.ids() },
    [insert('password_hashes', { credential_id: credentialId, user_id: userId, hash })],
  )
  if (outcome.outcome === 'refused') throw new Error(outcome.refusal.code)
  return userId
}
