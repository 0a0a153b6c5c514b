import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, type Decision, reading, refuse } from '../decision.ts'
import { type Instant, ulidSchema } from '../event.ts'
import { emailTag } from '../invites/events.ts'
import { address, hasExpired } from '../invites/invite.ts'
import { sessionStartSchema } from '../sessions/start.ts'
import { userTag } from './events.ts'
import { contact, registrationSession, standing } from './user.ts'
import { MAX_CODE_TRIES, superseded, type Verification, verification } from './verification.ts'

/** How the mailbox was proven. `wrong-code` was compared before; comparing is the vault's work, judging and counting is done here. */
const proofSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('code') }),
  z.strictObject({ kind: z.literal('wrong-code') }),
  /** The link was opened where the registration is known: everything chosen there holds. */
  z.strictObject({ kind: z.literal('link') }),
  /** It was opened anywhere else. Whoever reads the mail need not be who registered: they choose the password, the old one is void. */
  z.strictObject({
    kind: z.literal('link-elsewhere'),
    newCredentialId: ulidSchema,
    session: sessionStartSchema,
  }),
])

type Proof = z.infer<typeof proofSchema>
type Open = Extract<Verification, { status: 'open' }>

const isByCode = ({ kind }: Proof) => kind === 'code' || kind === 'wrong-code'

const refusalOf = (proof: Proof, open: Open, userId: string, now: Instant): Decision | null => {
  if (!isByCode(proof)) {
    // No mail ever bore this link.
    if (open.purpose === 'taken') return refuse('link_not_found')
    const { linkExpiresAt: expiresAt } = open
    return hasExpired(expiresAt, now) ? refuse('link_expired', { expiresAt }) : null
  }
  if (open.tries >= MAX_CODE_TRIES) return refuse('code_locked')
  if (hasExpired(open.codeExpiresAt, now)) return refuse('code_expired', { expiresAt: open.codeExpiresAt })
  if (proof.kind === 'code' && open.purpose !== 'taken') return null
  const { verificationId } = open
  return refuse(
    'code_wrong',
    { triesLeft: MAX_CODE_TRIES - open.tries - 1 },
    { type: 'VerificationFailed', data: { userId, verificationId } },
  )
}

/**
 * An address is confirmed, by code or by link, and is its user's from now on. Whoever else waited for it is gone, and
 * so are the user's sessions other than `keepSessionId`. For somebody who has an address already, it is a change.
 *
 * `email` is the address to confirm and `formerEmail` the one held before, if any; they name the boundary.
 */
export const verifyEmail = command({
  type: 'VerifyEmail',
  schema: z.strictObject({
    userId: ulidSchema,
    verificationId: ulidSchema,
    email: z.string(),
    formerEmail: z.nullable(z.string()),
    proof: proofSchema,
    /** The session in which it is confirmed; null: the one that the registration began. */
    keepSessionId: z.nullable(ulidSchema),
  }),
  reads: ({ userId, email, formerEmail }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    verification: reading(userTag(userId), verification),
    registrationSession: reading(userTag(userId), registrationSession),
    address: reading(emailTag(email), address),
    former: reading(emailTag(formerEmail ?? email), address),
  }),
  decide: ({ userId, verificationId, email, formerEmail, proof, keepSessionId }, view, { now }) => {
    const { user, verification: last } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (last.status !== 'open') {
      return refuse(isByCode(proof) ? 'email_already_verified' : 'link_already_used')
    }
    if (last.verificationId !== verificationId || last.email !== email) {
      return refuse(isByCode(proof) ? 'code_expired' : 'link_replaced')
    }
    if (formerEmail !== (user.isVerified ? view.contact.email : null)) return refuse('user_not_found')
    const refusal = refusalOf(proof, last, userId, now)
    if (refusal) return refusal
    // Whoever reads the mail of a new address must not become its user by that: it may be a stranger's, typed by mistake.
    if (proof.kind === 'link-elsewhere' && last.purpose !== 'registration') return refuse('not_allowed')
    const { ownerId, waiting } = view.address
    if (ownerId !== null && ownerId !== userId) return refuse('email_already_registered')

    const causation = last.issuedEventId
    const isElsewhere = proof.kind === 'link-elsewhere'
    const keep = isElsewhere ? null : (keepSessionId ?? view.registrationSession)
    const { locale } = view.contact
    const releasing: NewEvent[] = formerEmail
      ? [
          {
            type: 'AddressReleased',
            data: { userId, email: formerEmail, locale, inviteIds: [...view.former.inviteIds] },
            causation,
          },
        ]
      : []
    const entering: NewEvent[] = isElsewhere
      ? [
          {
            type: 'PasswordChanged',
            data: { userId, email, locale, credentialId: proof.newCredentialId, by: 'registration' },
            causation,
          },
          {
            type: 'UserLoggedIn',
            data: { userId, method: 'verification-link', isNewDevice: false, ...proof.session },
            causation,
          },
        ]
      : []
    return accept(
      ...releasing,
      {
        type: 'EmailVerified',
        data: { userId, email, by: proof.kind === 'code' ? 'code' : 'link' },
        causation,
      },
      ...superseded(waiting, userId, causation),
      {
        type: 'SessionsEnded',
        data: { userId, except: keep, reason: formerEmail ? 'email-changed' : 'address-confirmed' },
        causation,
      },
      ...entering,
    )
  },
})
