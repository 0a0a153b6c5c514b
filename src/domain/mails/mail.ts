import type { DomainEvent } from '../catalogue.ts'
import { fold } from '../decision.ts'
import type { Tag } from '../event.ts'
import { mailing } from '../processes/mailing.ts'

/** What the history knows of a mail: nothing of it while it is queued for the first time. */
export type Mail =
  | { readonly status: 'unsettled' | 'retried' }
  | { readonly status: 'sent' }
  | { readonly status: 'failed'; readonly template: string; readonly about: Tag; readonly reason: string }

export const mail = fold<Mail>(
  { status: 'unsettled' },
  {
    MailSent: () => ({ status: 'sent' }),
    MailFailed: (_, { data: { template, about, reason } }) => ({
      status: 'failed',
      template,
      about,
      reason,
    }),
    MailRetried: () => ({ status: 'retried' }),
  },
)

/** Which of the mails about an invite or a user still have a reader and something to say. */
export type Readers = {
  readonly isForgotten: boolean
  readonly isInviteOpen: boolean
  /** The newest mail of each template, while what it leads to can be used. */
  readonly newest: Readonly<Record<string, string>>
}

const calledFor = (state: Readers, event: DomainEvent): Readers => {
  const intents = mailing(event)
  if (intents.length === 0) return state
  return {
    ...state,
    isForgotten: intents.some(({ to }) => to === null),
    newest: { ...state.newest, ...Object.fromEntries(intents.map((one) => [one.template, one.mailId])) },
  }
}

const used = (state: Readers, template: string): Readers => {
  const { [template]: _, ...newest } = state.newest
  return { ...state, newest }
}
const ended = (state: Readers): Readers => ({ ...state, isInviteOpen: false })
const forgotten = (state: Readers): Readers => ({ ...state, isForgotten: true })

export const readers = fold<Readers>(
  { isForgotten: false, isInviteOpen: false, newest: {} },
  {
    InviteIssued: (state, event) => ({ ...calledFor(state, event), isInviteOpen: true }),
    InviteResent: calledFor,
    InviteRedeemed: ended,
    InviteRevoked: ended,
    InviteReplaced: ended,
    InvitePurged: forgotten,
    FirstPasswordIssued: calledFor,
    FirstPasswordUsed: (state) => used(state, 'first-password'),
    SignInLinkIssued: calledFor,
    SignInLinkRedeemed: (state) => used(state, 'sign-in-link'),
    VerificationIssued: calledFor,
    EmailVerified: (state) => used(state, 'verification'),
    PasswordResetRequested: calledFor,
    PasswordChanged: (state, event) =>
      calledFor(used(used(state, 'first-password'), 'password-reset'), event),
    AddressReleased: calledFor,
    ReferralCodeMailed: calledFor,
    SealMailed: calledFor,
    ReferralCodeDeleted: (state) => used(state, 'referral-code'),
    UserErased: forgotten,
  },
)

/** Mails that are good only as long as nothing newer has come, because the newer one voids what is in them. */
const voidable = new Set(['first-password', 'sign-in-link', 'verification', 'password-reset'])

export const isWorthReading = (
  { isInviteOpen, newest }: Readers,
  template: string,
  mailId: string,
): boolean => {
  if (template === 'invite') return isInviteOpen
  // Several people may be mailed the one code.
  if (template === 'referral-code') return template in newest
  return !voidable.has(template) || newest[template] === mailId
}
