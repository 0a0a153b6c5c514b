import { endSessions } from '../../src/domain/sessions/end-sessions.ts'
import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { logout } from '../../src/domain/sessions/logout.ts'
import { recordLoginFailure } from '../../src/domain/sessions/record-login-failure.ts'
import { redeemSignInLink } from '../../src/domain/sessions/redeem-sign-in-link.ts'
import { changeEmail } from '../../src/domain/users/change-email.ts'
import { changePassword } from '../../src/domain/users/change-password.ts'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { completeRegistration } from '../../src/domain/users/complete-registration.ts'
import { enrichPerson } from '../../src/domain/users/enrich-person.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import { requestPasswordReset } from '../../src/domain/users/request-password-reset.ts'
import { resetPassword } from '../../src/domain/users/reset-password.ts'
import { sendVerification } from '../../src/domain/users/send-verification.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import type { Person, Town } from './town.ts'
import {
  lastSession,
  manager,
  marker,
  maybe,
  oneself,
  proofOf,
  proven,
  startOf,
  verification,
  type Wishing,
  wishing,
} from './wishing.ts'

const own = <T>(make: (town: Town, person: Person) => T) => {
  return (town: Town): T | null => {
    const person = town.somebody()
    return person ? make(town, person) : null
  }
}

/** What people wish for themselves: registering, confirming, signing in, changing, leaving. */
export const ownWishes: readonly Wishing[] = [
  wishing(8, registerUser, (town) => {
    const userId = town.ids()
    const code = town.chance.isOneIn(3) ? town.chance.newest(town.codes) : undefined
    return {
      wish: {
        userId,
        email: town.address(),
        name: maybe(town, () => `Person ${marker(userId)}`),
        locale: town.chance.of('en', 'ru'),
        credentialId: maybe(town, town.ids),
        verification: verification(town),
        session: startOf(town, userId),
        isTakenTold: town.chance.isOneIn(4),
        referral: code ? { codeId: code.id, referrerId: code.userId } : null,
      },
      actor: 'anonymous',
    }
  }),
  wishing(
    14,
    verifyEmail,
    own((town, person) =>
      person.verification
        ? {
            wish: {
              userId: person.id,
              verificationId: person.verification.id,
              email: person.verification.email,
              formerEmail: person.isVerified ? person.email : null,
              proof: proofOf(town, person),
              keepSessionId: maybe(town, () => lastSession(person)),
            },
            actor: oneself(town, person),
          }
        : null,
    ),
  ),
  wishing(
    2,
    sendVerification,
    own((town, person) => ({
      wish: {
        userId: person.id,
        email: person.verification?.email ?? person.email,
        verification: verification(town),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    3,
    completeRegistration,
    own((town, person) => ({
      wish: { userId: person.id, credentialId: town.ids(), name: maybe(town, () => marker(person.id)) },
      actor: `user:${person.id}`,
    })),
  ),
  wishing(
    8,
    login,
    own((town, person) => ({
      wish: {
        userId: person.id,
        provenCredentialId: proven(town, person),
        session: startOf(town, person.id),
        isNewDevice: town.chance.isOneIn(3),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    1,
    recordLoginFailure,
    own((town, { id }) => ({
      wish: { userId: id, carrier: town.chance.of('page', 'api'), userAgent: marker(id), ip: '192.0.2.1' },
      actor: 'anonymous',
    })),
  ),
  wishing(
    2,
    logout,
    own((town, person) => ({
      wish: { sessionId: lastSession(person) ?? town.ids() },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    1,
    endSessions,
    own((town, person) => ({
      wish: {
        userId: person.id,
        except: maybe(town, () => lastSession(person)),
        reason: town.chance.of('signed-out-everywhere', 'token-reused'),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    5,
    issueSignInLink,
    own((town, { id, email }) => ({
      wish: {
        linkId: town.ids(),
        userId: id,
        email,
        locale: town.chance.of('en', 'ru'),
        delivery: town.chance.of('mail', 'shown'),
        expiresAt: town.soon(),
      },
      actor: manager(town),
    })),
  ),
  wishing(8, redeemSignInLink, (town) => {
    const link = town.chance.newest(town.links)
    return link
      ? {
          wish: {
            linkId: link.id,
            userId: link.userId,
            session: startOf(town, link.userId),
            isNewDevice: town.chance.isOneIn(3),
          },
          actor: 'anonymous',
        }
      : null
  }),
  wishing(
    3,
    changePassword,
    own((town, person) => ({
      wish: {
        userId: person.id,
        sessionId: lastSession(person) ?? town.ids(),
        provenCredentialId: proven(town, person),
        newCredentialId: town.ids(),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    2,
    changeProfile,
    own((town, person) => ({
      wish: {
        userId: person.id,
        name: maybe(town, () => `New ${marker(person.id)}`),
        locale: maybe(town, () => town.chance.of('en', 'ru')),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    1,
    enrichPerson,
    own((town, { id }) => ({
      wish: { userId: id, name: marker(id), company: maybe(town, () => marker(id)), title: null },
      actor: 'system',
    })),
  ),
  wishing(
    4,
    changeEmail,
    own((town, person) => ({
      wish: {
        userId: person.id,
        email: town.address(),
        provenCredentialId: proven(town, person),
        verification: verification(town),
        isTakenTold: town.chance.isOneIn(4),
      },
      actor: oneself(town, person),
    })),
  ),
  wishing(
    4,
    requestPasswordReset,
    own((town, { id, email }) => ({
      wish: { userId: id, email, resetId: town.ids(), locale: 'en', expiresAt: town.soon() },
      actor: 'anonymous',
    })),
  ),
  wishing(
    5,
    resetPassword,
    own((town, { id, resetId }) =>
      resetId
        ? { wish: { userId: id, resetId, newCredentialId: town.ids() }, actor: 'anonymous' as const }
        : null,
    ),
  ),
  wishing(
    3,
    eraseUser,
    own((town, person) => ({
      wish: {
        userId: person.id,
        email: person.email,
        ...(person.credentialId ? { provenCredentialId: person.credentialId } : {}),
      },
      actor: oneself(town, person),
    })),
  ),
]
