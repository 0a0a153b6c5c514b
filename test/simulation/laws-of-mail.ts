import { type DomainEvent, definitionOf } from '../../src/domain/catalogue.ts'
import { mailing } from '../../src/domain/processes/mailing.ts'
import type { Mail } from '../../src/infrastructure/mail/render.ts'
import { mustHold } from './violation.ts'

/** Why a mail need not arrive: it was given up, or what it is about has ended. */
type Owed = {
  readonly to: string | null
  readonly about: string
  readonly template: string
  excuse: string | null
  arrived: number
  isNoted: boolean
}

const CALLED_FOR = 'a mail bears the id of the event that calls for it, and goes where that says'
const NEVER_AGAIN = 'a mail that is noted as sent is not sent again'
const NOBODY_FORGOTTEN = 'nobody is written to who is forgotten'
const ARRIVED = 'a mail that is noted as sent has arrived'
const NONE_MISSING = 'each mail that an event calls for arrives, is given up, or has lost its reason'

/** What the history calls for beside what the mail server has seen. */
export class LawsOfMail {
  readonly #owed = new Map<string, Owed>()
  readonly #about = new Map<string, Owed[]>()
  readonly #forgotten = new Set<string>()
  repeats = 0

  take(event: DomainEvent): void {
    const { type, data } = event
    if (type === 'VerificationIssued') this.#excuse(`user:${data.userId}`, 'replaced', 'verification')
    for (const { mailId, to, about, template } of mailing(event)) {
      const owed: Owed = { to, about, template, excuse: null, arrived: 0, isNoted: false }
      this.#owed.set(mailId, owed)
      const all = this.#about.get(about)
      if (all) all.push(owed)
      else this.#about.set(about, [owed])
    }
    for (const subject of definitionOf(type).forgets?.(data) ?? []) {
      this.#forgotten.add(subject)
      this.#excuse(subject, 'forgotten')
    }
    switch (type) {
      case 'InviteRedeemed':
      case 'InviteRevoked':
      case 'InviteReplaced':
        this.#excuse(`invite:${data.inviteId}`, 'ended')
        break
      case 'EmailVerified':
        this.#excuse(`user:${data.userId}`, 'used', 'verification')
        break
      case 'ReferralCodeDeleted':
        this.#excuse(`user:${data.userId}`, 'deleted', 'referral-code')
        break
      case 'MailSent': {
        const owed = this.#owed.get(data.mailId)
        mustHold(ARRIVED, owed !== undefined && owed.arrived > 0, () => data.mailId)
        if (owed) owed.isNoted = true
        break
      }
      case 'MailFailed':
      case 'MailRetried': {
        const owed = this.#owed.get(data.mailId)
        if (owed) owed.excuse = type === 'MailFailed' ? 'given up' : null
        break
      }
      default:
    }
  }

  handedOver({ id, to }: Mail): void {
    const owed = this.#owed.get(id)
    mustHold(CALLED_FOR, owed?.to === to, () => `mail ${id} is called for by no event, or not to there`)
    mustHold(NEVER_AGAIN, !owed?.isNoted, () => `mail ${id}`)
    mustHold(NOBODY_FORGOTTEN, !this.#forgotten.has(owed?.about ?? ''), () => `mail ${id} to ${owed?.about}`)
  }

  taken({ id }: Mail): void {
    const owed = this.#owed.get(id)
    if (!owed) return
    if (owed.arrived > 0) this.repeats++
    owed.arrived++
  }

  /** When everybody had time: nothing is left that is still owed. */
  end(): void {
    for (const [id, { arrived, excuse, template, isNoted }] of this.#owed) {
      mustHold(
        NONE_MISSING,
        isNoted || excuse !== null,
        () => `mail ${id} (${template}) arrived ${arrived} times`,
      )
    }
  }

  #excuse(about: string, excuse: string, template?: string): void {
    for (const owed of this.#about.get(about) ?? []) {
      if (template === undefined || owed.template === template) owed.excuse ??= excuse
    }
  }
}
