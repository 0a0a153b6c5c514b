import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { mustHold, Once } from './violation.ts'

const IN_TIME = 'nothing is used at the instant of its end or later'
const AFTER_ITS_END = 'an invite ends once, and nothing happens to it afterwards but its purge'

/** Invites, links, codes, resets and first passwords: each is used once, in time. */
export class LawsOfUse {
  readonly #invitesEnded = new Once(AFTER_ITS_END)
  readonly #invitesIssued = new Once('an invite is issued once')
  readonly #links = new Once('a sign-in link signs in once')
  readonly #resets = new Once('a reset link sets one password')
  readonly #confirmations = new Once('a code or link confirms once')
  readonly #firstPasswords = new Once('a first password is used once')
  readonly #ends = new Map<string, string>()

  take({ id, type, data, at, causation }: DomainEvent): void {
    switch (type) {
      case 'InviteIssued':
        this.#invitesIssued.take(data.inviteId)
        this.#ends.set(data.inviteId, data.expiresAt)
        break
      case 'InviteResent':
        mustHold(AFTER_ITS_END, !this.#invitesEnded.has(data.inviteId), () => data.inviteId)
        this.#ends.set(data.inviteId, data.expiresAt)
        break
      case 'InviteRedeemed':
        this.#invitesEnded.take(data.inviteId)
        this.#inTime(data.inviteId, at)
        break
      case 'InviteRevoked':
      case 'InviteReplaced':
        this.#invitesEnded.take(data.inviteId)
        break
      case 'SignInLinkIssued':
        this.#ends.set(data.linkId, data.expiresAt)
        break
      case 'SignInLinkRedeemed':
        this.#links.take(data.linkId)
        this.#inTime(data.linkId, at)
        break
      case 'PasswordResetRequested':
        this.#ends.set(id, data.expiresAt)
        break
      case 'PasswordChanged':
        if (data.by !== 'reset') break
        this.#resets.take(causation ?? '')
        this.#inTime(causation ?? '', at)
        break
      case 'VerificationIssued':
        this.#ends.set(`${id} code`, data.codeExpiresAt)
        this.#ends.set(`${id} link`, data.linkExpiresAt)
        break
      case 'EmailVerified':
        if (data.by !== 'code' && data.by !== 'link') break
        this.#confirmations.take(causation ?? '')
        this.#inTime(`${causation} ${data.by}`, at)
        break
      case 'FirstPasswordIssued':
        this.#ends.set(data.credentialId, data.expiresAt)
        break
      case 'FirstPasswordUsed':
        this.#firstPasswords.take(data.credentialId)
        this.#inTime(data.credentialId, at)
        break
      default:
    }
  }

  #inTime(id: string, at: string): void {
    const end = this.#ends.get(id)
    mustHold(IN_TIME, end !== undefined && at < end, () => `${id} ends at ${end}, and was used at ${at}`)
  }
}
