import { inForce, type Surroundings } from '../../src/domain/settings/in-force.ts'
import { mailLook } from '../../src/infrastructure/mail/look.ts'

/** An environment that says nothing of its own. */
export const SURROUNDINGS: Surroundings = {
  registration: 'open',
  inviteTtlMs: 7 * 86_400_000,
  given: [],
  pinned: [],
}

/** How mails look where nobody has changed anything. */
export const builtInLook = (publicUrl: string) => mailLook(inForce(SURROUNDINGS), publicUrl, () => '/logo')
