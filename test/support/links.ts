import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { HOUR, type TestApp } from './house.ts'

/** The path of a sign-in link for somebody, as it would be mailed to them. */
export const issueSignInLinkTo = async (app: TestApp, userId: string, email: string): Promise<string> => {
  const linkId = app.house.newId()
  const expiresAt = new Date(Date.parse(app.clock()) + HOUR).toISOString()
  const wish = { linkId, userId, email, locale: 'en', delivery: 'mail', expiresAt } as const
  const outcome = await app.house.execute(issueSignInLink, wish, { actor: 'system', correlation: linkId })
  if (outcome.outcome !== 'accepted') throw new Error(`no link for ${email}`)
  return `/sign-in/${app.house.links.signInToken(linkId)}`
}
