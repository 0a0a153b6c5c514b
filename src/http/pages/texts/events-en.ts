import type { DataOf, EventType } from '../../../domain/catalogue.ts'

/** One sentence an event type. A type without one does not compile, in either language. */
export type EventWords = { readonly [K in EventType]: (data: DataOf<K>) => string }

/** What was personal reads as null once the person has been forgotten. */
const address = (email: string | null) => email ?? 'a forgotten address'
const because = (reason: string | null) => (reason === null ? '' : ` Reason: ${reason}`)

const roles = { admin: 'an admin', auditor: 'an auditor', member: 'a member' } as const
const languages = { en: 'English', ru: 'Russian' } as const

const methods = {
  password: 'with a password',
  'first-password': 'with the first password',
  invite: 'by following an invite',
  'sign-in-link': 'with a sign-in link',
  registration: 'by registering',
  'verification-link': 'with the link that confirms the address',
} as const satisfies Record<DataOf<'UserLoggedIn'>['method'], string>

const vias = {
  invite: 'Came in by an invite',
  operator: 'Was made by the operator',
  self: 'Registered',
} as const satisfies Record<DataOf<'UserRegistered'>['via']['kind'], string>

const proofs = {
  invite: 'by following the invite',
  operator: 'on the operator’s word',
  code: 'with the code from the mail',
  link: 'with the link from the mail',
} as const satisfies Record<DataOf<'EmailVerified'>['by'], string>

const passwords = {
  owner: 'Changed the password.',
  operator: 'A password was set on the command line.',
  registration: 'Chose a password when registering.',
  reset: 'Set a new password with the link from the mail.',
} as const satisfies Record<DataOf<'PasswordChanged'>['by'], string>

const endings = {
  'password-changed': 'because the password changed',
  suspended: 'because of the suspension',
  'signed-out-everywhere': 'by signing out everywhere',
  'token-reused': 'because a refresh token was used twice',
  'role-changed': 'because a role was taken away',
  'email-changed': 'because the address changed',
  'address-confirmed': 'because the address was confirmed',
} as const satisfies Record<DataOf<'SessionsEnded'>['reason'], string>

const disablings = {
  failing: 'nothing had arrived for days',
  gone: 'the other side said that it is gone',
} as const satisfies Record<DataOf<'WebhookDisabled'>['reason'], string>

const erasures = {
  asked: 'Was erased: the person is gone from this history, the facts stay.',
  unverified: 'Was erased: the address was never confirmed.',
  superseded: 'Was erased: somebody else was the first to confirm the address.',
} as const satisfies Record<DataOf<'UserErased'>['reason'], string>

const verifications = {
  registration: (email: string) => `A code and a link to confirm ${email} were made.`,
  'email-change': (email: string) => `A code and a link to change the address to ${email} were made.`,
  taken: (email: string) => `${email} belongs to somebody else, who is told so by mail.`,
} as const satisfies Record<DataOf<'VerificationIssued'>['purpose'], (email: string) => string>

const referrals = {
  registration: 'Registered with the referral code of another user.',
  later: 'Said by a referral code who brought them here.',
} as const satisfies Record<DataOf<'UserReferred'>['way'], string>

const judgements = {
  deliverable: 'An outside service says that mail reaches the address.',
  undeliverable: 'An outside service says that mail does not reach the address.',
  risky: 'An outside service says that mail may not reach the address.',
  unknown: 'An outside service could not say whether mail reaches the address.',
} as const satisfies Record<DataOf<'EmailJudged'>['verdict'], string>

const profile = (name: string | null, locale: 'en' | 'ru' | null): string => {
  const news = [
    ...(name === null ? [] : [`the name to ${name}`]),
    ...(locale === null ? [] : [`the language to ${languages[locale]}`]),
  ]
  return news.length === 0 ? 'Changed the name.' : `Changed ${news.join(' and ')}.`
}

export const enEvents: EventWords = {
  InviteIssued: ({ email, role }) => `An invite to ${address(email)} was issued, as ${roles[role]}.`,
  InviteResent: ({ email }) => `The invite to ${address(email)} was sent again.`,
  InviteRevoked: ({ email, reason }) => `The invite to ${address(email)} was revoked.${because(reason)}`,
  InviteRedeemed: ({ email }) => `Redeemed the invite to ${address(email)}.`,
  InviteReplaced: ({ email }) =>
    `The invite to ${address(email)} is no longer needed: another one was redeemed.`,
  InvitePurged: () => 'An invite that had ended left the lists.',
  UserRegistered: ({ email, via }) => `${vias[via.kind]}, with ${address(email)}.`,
  EmailVerified: ({ email, by }) => `${address(email)} was confirmed ${proofs[by]}.`,
  AddressReleased: ({ email }) => `Gave up ${address(email)}.`,
  VerificationIssued: ({ email, purpose }) => verifications[purpose](address(email)),
  VerificationFailed: () => 'A wrong code was tried.',
  PasswordResetRequested: () => 'Asked for a link to set a new password.',
  FirstPasswordIssued: () => 'A first password was made, to be mailed.',
  FirstPasswordUsed: () => 'The first password was used; it works no more.',
  PasswordChanged: ({ by }) => passwords[by],
  ProfileChanged: ({ name, locale }) => profile(name, locale),
  EmailJudged: ({ verdict }) => judgements[verdict],
  PersonEnriched: ({ name, company, title }) => {
    const found = [name, title, company].filter((part) => part !== null)
    return found.length === 0
      ? 'An outside service was asked about the person.'
      : `An outside service says about the person: ${found.join(', ')}.`
  },
  RoleGranted: ({ role }) => `Became ${roles[role]}.`,
  RoleRevoked: ({ role }) => `Is no longer ${roles[role]}.`,
  UserSuspended: ({ reason }) => `Was suspended.${because(reason)}`,
  UserReinstated: () => 'Was reinstated.',
  UserErased: ({ reason }) => erasures[reason],
  UserLoggedIn: ({ method, isNewDevice }) =>
    `Signed in ${methods[method]}${isNewDevice ? ', on a device not seen before' : ''}.`,
  NewDeviceNoticed: () => 'Signed in on a device that had not been seen before; they were told by mail.',
  LoginFailed: ({ carrier }) =>
    `Somebody tried a wrong password ${carrier === 'api' ? 'by the API' : 'on the pages'}.`,
  UserLoggedOut: () => 'Signed out: one session ended.',
  SessionsEnded: ({ except, reason }) =>
    `${except === null ? 'All sessions' : 'All other sessions'} ended ${endings[reason]}.`,
  SignInLinkIssued: ({ delivery }) =>
    delivery === 'mail'
      ? 'A sign-in link was made, to be mailed.'
      : 'A sign-in link was made and shown to the operator.',
  SignInLinkRedeemed: () => 'The sign-in link was used.',
  SettingChanged: ({ setting, value, undoes }) =>
    undoes !== null
      ? `The setting ${setting} was put back to what it was.`
      : value === null
        ? `The setting ${setting} is left to the environment again.`
        : `The setting ${setting} was changed.`,
  ClientRegistered: ({ name }) => `The application ${name} was registered.`,
  ClientChanged: () => 'An application was changed.',
  ClientRemoved: () => 'An application was removed.',
  WebhookRegistered: ({ url }) => `A webhook was registered: ${url}.`,
  WebhookChanged: () => 'A webhook was changed.',
  WebhookPaused: () => 'A webhook was paused.',
  WebhookResumed: () => 'A webhook goes on.',
  WebhookSecretRotated: () => 'A webhook got a new signing secret.',
  WebhookRewound: ({ position }) => `A webhook is told again of everything from position ${position} on.`,
  WebhookDisabled: ({ reason }) => `A webhook was disabled: ${disablings[reason]}.`,
  WebhookRemoved: () => 'A webhook was removed.',
  ReferralCodeCreated: () => 'Made a referral code.',
  ReferralCodeDeleted: () => 'The referral code was deleted.',
  ReferralCodeMailed: ({ email }) => `Had the referral code mailed to ${address(email)}.`,
  UserReferred: ({ way }) => referrals[way],
  SubtreeSuspended: ({ count }) => `Users suspended at once, with those whom they brought: ${count}.`,
  SubtreeReinstated: ({ count }) => `Users reinstated at once who had been suspended together: ${count}.`,
  HistoryViewed: () => 'Looked at the history.',
  MailSent: ({ template }) => `A mail was sent: ${template}.`,
  MailFailed: ({ template, reason }) => `A mail could not be sent: ${template} (${reason}).`,
  MailRetried: ({ template }) => `A mail that had been given up is tried again: ${template}.`,
}
