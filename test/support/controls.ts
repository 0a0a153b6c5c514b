import {
  type DataOf,
  type DomainEvent,
  definitionOf,
  type NewEvent,
  type NewEventOf,
} from '../../src/domain/catalogue.ts'

/** The cast and their things: ids that can be told apart at a glance, one moment, and what follows from it. */
const ulid = (letters: string) => letters.padStart(26, '0')

export const NOW = '2026-03-01T09:00:00.000Z'
export const EARLIER = '2026-02-28T09:00:00.000Z'
export const IN_A_WEEK = '2026-03-08T09:00:00.000Z'
export const IN_A_DAY = '2026-03-02T09:00:00.000Z'

export const ADA = ulid('ADA')
export const BEN = ulid('BEN')
export const CYD = ulid('CYD')
export const INVITE = ulid('NV1')
export const OTHER_INVITE = ulid('NV2')
export const THIRD_INVITE = ulid('NV3')
export const SESSION = ulid('S1')
export const OTHER_SESSION = ulid('S2')
export const CREDENTIAL = ulid('CR1')
export const OTHER_CREDENTIAL = ulid('CR2')
export const LINK = ulid('NK1')
export const OTHER_LINK = ulid('NK2')
export const MAIL = ulid('MA1')

export const VERIFICATION = ulid('VE1')
export const OTHER_VERIFICATION = ulid('VE2')
export const RESET = ulid('RE1')
export const OTHER_RESET = ulid('RE2')
export const CLIENT = ulid('C1')
export const OTHER_CLIENT = ulid('C2')
export const CHANGE = ulid('CH1')
export const OTHER_CHANGE = ulid('CH2')
export const WEBHOOK = ulid('W1')
export const OTHER_WEBHOOK = ulid('W2')
export const WEBHOOK_SECRET = ulid('WS1')
export const NEXT_WEBHOOK_SECRET = ulid('WS2')
export const REWIND = ulid('RW1')
export const OTHER_REWIND = ulid('RW2')
export const WEBHOOK_URL = 'https://app.example/hooks'
export const OTHER_WEBHOOK_URL = 'https://app.example/other-hooks'
export const CODE_ID = ulid('CD1')
export const OTHER_CODE_ID = ulid('CD2')
export const CODE = '0123456789ABCDEF'
export const OTHER_CODE = 'ZYXWVTSRQPNMKJHG'
export const BATCH = ulid('BA1')
export const OTHER_BATCH = ulid('BA2')
export const REDIRECT_URI = 'https://app.example/callback'
export const OTHER_REDIRECT_URI = 'https://app.example/other'

export const IN_TEN_MINUTES = '2026-03-01T09:10:00.000Z'

export const BEN_ADDRESS = 'ben@example.org'
export const ADA_ADDRESS = 'ada@example.org'
export const CYD_ADDRESS = 'cyd@example.org'

/** As many people as are needed, of whom only the number matters. */
export const people = (count: number): string[] => Array.from({ length: count }, (_, n) => ulid(`P${n}`))

/** What a history is left with once its person was forgotten: the same event without what was personal. */
export const forgotten = <E extends NewEvent | DomainEvent>(event: E): E => {
  const nothing = definitionOf(event.type).personalFields.map((field) => [field, null])
  return { ...event, data: { ...event.data, ...Object.fromEntries(nothing) } }
}

type Overrides<K extends NewEvent['type']> = Partial<DataOf<K>>

export const issued = (data: Overrides<'InviteIssued'> = {}): NewEventOf<'InviteIssued'> => ({
  type: 'InviteIssued',
  data: { inviteId: INVITE, email: BEN_ADDRESS, role: 'member', locale: 'en', expiresAt: IN_A_WEEK, ...data },
})
export const resent = (data: Overrides<'InviteResent'> = {}): NewEventOf<'InviteResent'> => ({
  type: 'InviteResent',
  data: { inviteId: INVITE, email: BEN_ADDRESS, locale: 'en', expiresAt: IN_A_WEEK, ...data },
})
export const revoked = (data: Overrides<'InviteRevoked'> = {}): NewEventOf<'InviteRevoked'> => ({
  type: 'InviteRevoked',
  data: { inviteId: INVITE, email: BEN_ADDRESS, reason: null, ...data },
})
export const redeemed = (data: Overrides<'InviteRedeemed'> = {}): NewEventOf<'InviteRedeemed'> => ({
  type: 'InviteRedeemed',
  data: { inviteId: INVITE, email: BEN_ADDRESS, userId: BEN, sessionId: SESSION, ...data },
})
export const replaced = (data: Overrides<'InviteReplaced'> = {}): NewEventOf<'InviteReplaced'> => ({
  type: 'InviteReplaced',
  data: { inviteId: OTHER_INVITE, email: BEN_ADDRESS, redeemedInviteId: INVITE, ...data },
})
export const purged: NewEventOf<'InvitePurged'> = { type: 'InvitePurged', data: { inviteId: INVITE } }

export const registered = (
  userId: string,
  email: string | null,
  via: DataOf<'UserRegistered'>['via'] = { kind: 'operator' },
): NewEventOf<'UserRegistered'> => ({
  type: 'UserRegistered',
  data: { userId, email, name: null, locale: 'en', via },
})
export const verified = (
  userId: string,
  email: string | null,
  by: DataOf<'EmailVerified'>['by'] = 'operator',
): NewEventOf<'EmailVerified'> => ({ type: 'EmailVerified', data: { userId, email, by } })
export const addressReleased = (data: Overrides<'AddressReleased'> = {}): NewEventOf<'AddressReleased'> => ({
  type: 'AddressReleased',
  data: { userId: BEN, email: BEN_ADDRESS, locale: 'en', inviteIds: [], ...data },
})
export const verificationIssued = (
  data: Overrides<'VerificationIssued'> = {},
): NewEventOf<'VerificationIssued'> => ({
  type: 'VerificationIssued',
  data: {
    userId: BEN,
    email: BEN_ADDRESS,
    verificationId: VERIFICATION,
    purpose: 'registration',
    locale: 'en',
    codeExpiresAt: IN_TEN_MINUTES,
    linkExpiresAt: IN_TEN_MINUTES,
    ...data,
  },
})
export const verificationFailed = (
  verificationId = VERIFICATION,
  userId = BEN,
): NewEventOf<'VerificationFailed'> => ({ type: 'VerificationFailed', data: { userId, verificationId } })
export const resetRequested = (
  data: Overrides<'PasswordResetRequested'> = {},
): NewEventOf<'PasswordResetRequested'> => ({
  type: 'PasswordResetRequested',
  data: {
    userId: BEN,
    email: BEN_ADDRESS,
    resetId: RESET,
    locale: 'en',
    expiresAt: IN_TEN_MINUTES,
    ...data,
  },
})
export const granted = (userId: string, role: 'admin' | 'auditor' = 'admin'): NewEventOf<'RoleGranted'> => ({
  type: 'RoleGranted',
  data: { userId, role },
})
export const roleRevoked = (
  userId: string,
  role: 'admin' | 'auditor' = 'admin',
): NewEventOf<'RoleRevoked'> => ({ type: 'RoleRevoked', data: { userId, role } })
export const suspended = (
  userId: string,
  roles: ('admin' | 'auditor')[] = [],
  batchId: string | null = null,
): NewEventOf<'UserSuspended'> => ({
  type: 'UserSuspended',
  data: { userId, roles, reason: null, batchId },
})
export const reinstated = (
  userId: string,
  roles: ('admin' | 'auditor')[] = [],
): NewEventOf<'UserReinstated'> => ({
  type: 'UserReinstated',
  data: { userId, roles },
})
export const erased = (userId: string, data: Overrides<'UserErased'> = {}): NewEventOf<'UserErased'> => ({
  type: 'UserErased',
  data: { userId, roles: [], inviteIds: [], reason: 'asked', ...data },
})
export const firstPassword = (
  data: Overrides<'FirstPasswordIssued'> = {},
): NewEventOf<'FirstPasswordIssued'> => ({
  type: 'FirstPasswordIssued',
  data: {
    userId: BEN,
    email: BEN_ADDRESS,
    credentialId: CREDENTIAL,
    locale: 'en',
    expiresAt: IN_A_DAY,
    ...data,
  },
})
export const firstPasswordUsed: NewEventOf<'FirstPasswordUsed'> = {
  type: 'FirstPasswordUsed',
  data: { userId: BEN, credentialId: CREDENTIAL },
}
export const passwordChanged = (data: Overrides<'PasswordChanged'> = {}): NewEventOf<'PasswordChanged'> => ({
  type: 'PasswordChanged',
  data: { userId: BEN, email: BEN_ADDRESS, locale: 'en', credentialId: CREDENTIAL, by: 'owner', ...data },
})
export const emailJudged = (data: Overrides<'EmailJudged'> = {}): NewEventOf<'EmailJudged'> => ({
  type: 'EmailJudged',
  data: { userId: BEN, verdict: 'deliverable', ...data },
})
export const personEnriched = (data: Overrides<'PersonEnriched'> = {}): NewEventOf<'PersonEnriched'> => ({
  type: 'PersonEnriched',
  data: { userId: BEN, name: 'Benjamin', company: 'Analytical Engines', title: null, ...data },
})
export const profileChanged = (data: Overrides<'ProfileChanged'> = {}): NewEventOf<'ProfileChanged'> => ({
  type: 'ProfileChanged',
  data: { userId: BEN, name: null, locale: null, ...data },
})
export const sessionsEnded = (
  reason: DataOf<'SessionsEnded'>['reason'],
  except: string | null = null,
  userId = BEN,
): NewEventOf<'SessionsEnded'> => ({ type: 'SessionsEnded', data: { userId, except, reason } })

export const start = {
  sessionId: SESSION,
  carrier: 'page',
  expiresAt: IN_A_WEEK,
  userAgent: 'Browser/1.0',
  ip: '192.0.2.1',
} as const
export const loggedIn = (
  method: DataOf<'UserLoggedIn'>['method'],
  data: Overrides<'UserLoggedIn'> = {},
): NewEventOf<'UserLoggedIn'> => ({
  type: 'UserLoggedIn',
  data: { userId: BEN, method, isNewDevice: false, ...start, ...data },
})
export const loginFailed = (data: Overrides<'LoginFailed'> = {}): NewEventOf<'LoginFailed'> => ({
  type: 'LoginFailed',
  data: { userId: BEN, carrier: 'page', userAgent: 'Browser/1.0', ip: '192.0.2.1', ...data },
})
export const newDeviceNoticed = (
  data: Overrides<'NewDeviceNoticed'> = {},
): NewEventOf<'NewDeviceNoticed'> => ({
  type: 'NewDeviceNoticed',
  data: {
    userId: BEN,
    sessionId: SESSION,
    email: BEN_ADDRESS,
    locale: 'en',
    userAgent: 'Browser/1.0',
    ip: '192.0.2.1',
    ...data,
  },
})
export const loggedOut: NewEventOf<'UserLoggedOut'> = {
  type: 'UserLoggedOut',
  data: { userId: BEN, sessionId: SESSION },
}
export const linkIssued = (data: Overrides<'SignInLinkIssued'> = {}): NewEventOf<'SignInLinkIssued'> => ({
  type: 'SignInLinkIssued',
  data: {
    userId: BEN,
    linkId: LINK,
    email: BEN_ADDRESS,
    locale: 'en',
    delivery: 'mail',
    expiresAt: IN_A_DAY,
    ...data,
  },
})
export const linkRedeemed: NewEventOf<'SignInLinkRedeemed'> = {
  type: 'SignInLinkRedeemed',
  data: { userId: BEN, linkId: LINK, sessionId: SESSION },
}
export const mailSent: NewEventOf<'MailSent'> = {
  type: 'MailSent',
  data: { mailId: MAIL, template: 'invite', about: `invite:${INVITE}`, attempts: 1 },
}
export const mailFailed: NewEventOf<'MailFailed'> = {
  type: 'MailFailed',
  data: { mailId: MAIL, template: 'invite', about: `invite:${INVITE}`, attempts: 12, reason: 'smtp_550' },
}
export const mailRetried: NewEventOf<'MailRetried'> = {
  type: 'MailRetried',
  data: { mailId: MAIL, template: 'invite', about: `invite:${INVITE}` },
}

export const clientRegistered = (
  data: Overrides<'ClientRegistered'> = {},
): NewEventOf<'ClientRegistered'> => ({
  type: 'ClientRegistered',
  data: {
    clientId: CLIENT,
    name: 'Example App',
    kind: 'confidential',
    redirectUris: [REDIRECT_URI],
    ...data,
  },
})
export const clientChanged = (data: Overrides<'ClientChanged'> = {}): NewEventOf<'ClientChanged'> => ({
  type: 'ClientChanged',
  data: { clientId: CLIENT, name: null, redirectUris: null, ...data },
})
export const clientRemoved: NewEventOf<'ClientRemoved'> = {
  type: 'ClientRemoved',
  data: { clientId: CLIENT },
}

export const settingChanged = (data: Overrides<'SettingChanged'> = {}): NewEventOf<'SettingChanged'> => ({
  type: 'SettingChanged',
  data: { setting: 'registration.mode', value: 'invite', undoes: null, ...data },
})
export const webhookRegistered = (
  data: Overrides<'WebhookRegistered'> = {},
): NewEventOf<'WebhookRegistered'> => ({
  type: 'WebhookRegistered',
  data: {
    webhookId: WEBHOOK,
    secretId: WEBHOOK_SECRET,
    url: WEBHOOK_URL,
    description: 'The directory',
    types: ['InviteRedeemed'],
    ...data,
  },
})
export const webhookChanged = (data: Overrides<'WebhookChanged'> = {}): NewEventOf<'WebhookChanged'> => ({
  type: 'WebhookChanged',
  data: { webhookId: WEBHOOK, url: null, description: null, types: null, ...data },
})
export const webhookPaused: NewEventOf<'WebhookPaused'> = {
  type: 'WebhookPaused',
  data: { webhookId: WEBHOOK },
}
export const webhookResumed: NewEventOf<'WebhookResumed'> = {
  type: 'WebhookResumed',
  data: { webhookId: WEBHOOK },
}
export const webhookSecretRotated: NewEventOf<'WebhookSecretRotated'> = {
  type: 'WebhookSecretRotated',
  data: {
    webhookId: WEBHOOK,
    secretId: NEXT_WEBHOOK_SECRET,
    previousSecretId: WEBHOOK_SECRET,
    previousUntil: IN_A_WEEK,
  },
}
export const webhookRewound: NewEventOf<'WebhookRewound'> = {
  type: 'WebhookRewound',
  data: { webhookId: WEBHOOK, rewindId: REWIND, position: 7 },
}
export const webhookDisabled: NewEventOf<'WebhookDisabled'> = {
  type: 'WebhookDisabled',
  data: { webhookId: WEBHOOK, reason: 'failing' },
}
export const webhookRemoved: NewEventOf<'WebhookRemoved'> = {
  type: 'WebhookRemoved',
  data: { webhookId: WEBHOOK },
}

export const codeCreated = (
  data: Overrides<'ReferralCodeCreated'> = {},
): NewEventOf<'ReferralCodeCreated'> => ({
  type: 'ReferralCodeCreated',
  data: { codeId: CODE_ID, userId: BEN, code: CODE, description: null, expiresAt: IN_A_WEEK, ...data },
})
export const codeDeleted = (
  data: Overrides<'ReferralCodeDeleted'> = {},
): NewEventOf<'ReferralCodeDeleted'> => ({
  type: 'ReferralCodeDeleted',
  data: { codeId: CODE_ID, userId: BEN, ...data },
})
export const codeMailed = (data: Overrides<'ReferralCodeMailed'> = {}): NewEventOf<'ReferralCodeMailed'> => ({
  type: 'ReferralCodeMailed',
  data: {
    codeId: CODE_ID,
    userId: BEN,
    email: CYD_ADDRESS,
    code: CODE,
    locale: 'en',
    expiresAt: IN_A_WEEK,
    ...data,
  },
})
export const referred = (
  userId: string,
  referrerId: string,
  data: Overrides<'UserReferred'> = {},
): NewEventOf<'UserReferred'> => ({
  type: 'UserReferred',
  data: { userId, referrerId, codeId: CODE_ID, way: 'later', ...data },
})
export const subtreeSuspended = (
  data: Overrides<'SubtreeSuspended'> = {},
): NewEventOf<'SubtreeSuspended'> => ({
  type: 'SubtreeSuspended',
  data: { batchId: BATCH, rootId: BEN, count: 1, ...data },
})
export const subtreeReinstated = (
  data: Overrides<'SubtreeReinstated'> = {},
): NewEventOf<'SubtreeReinstated'> => ({
  type: 'SubtreeReinstated',
  data: { batchId: BATCH, rootId: BEN, count: 1, ...data },
})

/** Somebody who registered by themselves and has not confirmed the address. */
export const waiting = (userId: string, email: string, data: Overrides<'VerificationIssued'> = {}) => [
  registered(userId, email, { kind: 'self' }),
  verificationIssued({ userId, email, ...data }),
]

/** A code and link as they are made ready by whoever wishes for them. */
export const newVerification = {
  verificationId: VERIFICATION,
  codeExpiresAt: IN_TEN_MINUTES,
  linkExpiresAt: IN_TEN_MINUTES,
} as const

/** Somebody who is known, verified and holds a password. */
export const member = (userId: string, email: string) => [registered(userId, email), verified(userId, email)]
export const admin = (userId: string, email: string) => [...member(userId, email), granted(userId)]

export const historyViewed = (data: Overrides<'HistoryViewed'> = {}): NewEventOf<'HistoryViewed'> => ({
  type: 'HistoryViewed',
  data: { viewerId: ADA, hour: NOW, ...data },
})
