import { issueSignInLink } from '../../domain/sessions/issue-sign-in-link.ts'
import type { House } from '../house.ts'
import { hasRoom } from '../throttle.ts'

/**
 * Mails a sign-in link to the verified address of a user, if there is one. Answers nothing: whether the
 * address is known must not show.
 */
export const requestSignInLink = async (house: House, email: string, correlation: string): Promise<void> => {
  // Counted for every address alike: a counter that only known ones have would tell of them.
  if (!(await hasRoom(house, 'mail-address', email))) return
  const user = await house.reads.users.byEmail(email)
  if (!user || user.email === null || user.suspendedAt !== null) return
  await house.execute(
    issueSignInLink,
    {
      linkId: house.newId(),
      userId: user.id,
      email: user.email,
      locale: user.locale,
      delivery: 'mail',
      expiresAt: new Date(Date.parse(house.now()) + house.settings.linkTtlMs).toISOString(),
    },
    { actor: 'anonymous', correlation },
  )
}
