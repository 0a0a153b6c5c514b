// Written by `npm run client` from the API's own description; a test compares them.
import type { Options, Route } from './route.ts'

/** Every reason for a no. A newer service may know more. */
export type RefusalCode =
  | 'not_allowed'
  | 'invite_not_found'
  | 'invite_already_redeemed'
  | 'invite_revoked'
  | 'invite_expired'
  | 'invite_replaced'
  | 'invite_still_open'
  | 'invite_expiry_out_of_range'
  | 'email_already_registered'
  | 'user_not_found'
  | 'user_suspended'
  | 'last_admin'
  | 'credentials_wrong'
  | 'first_password_used'
  | 'first_password_expired'
  | 'password_change_required'
  | 'link_not_found'
  | 'link_already_used'
  | 'link_replaced'
  | 'email_already_verified'
  | 'email_not_verified'
  | 'registration_already_complete'
  | 'registration_not_due'
  | 'code_wrong'
  | 'code_expired'
  | 'code_locked'
  | 'session_not_found'
  | 'client_not_found'
  | 'redirect_uri_invalid'
  | 'webhook_not_found'
  | 'webhook_url_unfit'
  | 'delivery_not_found'
  | 'mail_not_found'
  | 'mail_not_failed'
  | 'mail_outdated'
  | 'referral_code_unknown'
  | 'referral_code_expired'
  | 'referral_code_already_active'
  | 'referral_code_expiry_out_of_range'
  | 'referral_code_required'
  | 'subtree_too_large'
  | 'subtree_changed'
  | 'referral_to_self'
  | 'referral_circle'
  | 'referral_chain_changed'
  | 'referral_chain_too_long'
  | 'referrer_already_set'
  | 'setting_unknown'
  | 'setting_invalid'
  | 'setting_pinned'
  | 'setting_change_not_found'
  | 'setting_changed_since'
  | 'invite_already_open'
  | 'import_not_found'
  | 'import_ended'
  | 'import_unreadable'
  | 'import_empty'
  | 'import_too_long'
  | 'batch_not_found'
  | 'not_sealed_yet'
  | 'link_expired'
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'body_too_large'
  | 'malformed_body'
  | 'invalid_input'
  | 'unauthenticated'
  | 'token_expired'
  | 'token_invalid'
  | 'moment_malformed'
  | 'moment_in_future'
  | 'past_being_prepared'
  | 'read_only'
  | 'forbidden'
  | 'email_undeliverable'
  | 'registration_closed'
  | 'registration_incomplete'
  | 'authorization_refused'
  | 'authorization_over'
  | 'csrf_failed'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'misdirected_request'
  | 'too_many_requests'
  | 'overloaded'
  | 'storage_unavailable'
  | 'internal'

type Nothing = Readonly<Record<string, never>>

export type Cause = {
  readonly position: number
  readonly type: string
  readonly at: string
  readonly actor: string
}

export type Client = {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'confidential'
  readonly redirectUris: readonly string[]
  readonly registeredAt: string
  readonly registeredBy: string
}

export type Consistency = { readonly from: Seal; readonly to: Seal; readonly proof: readonly string[] }

export type Delivery = {
  readonly id: string
  readonly messageId: string
  readonly position: number | null
  readonly type: string
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly queuedAt: string
  readonly nextAt: string | null
  readonly finishedAt: string | null
  readonly lastStatus: number | null
  readonly lastReason: string | null
  readonly lastLatencyMs: number | null
}

export type DeliveryDetail = {
  readonly id: string
  readonly messageId: string
  readonly position: number | null
  readonly type: string
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly queuedAt: string
  readonly nextAt: string | null
  readonly finishedAt: string | null
  readonly lastStatus: number | null
  readonly lastReason: string | null
  readonly lastLatencyMs: number | null
  readonly log: readonly {
    readonly number: number
    readonly at: string
    readonly status: number | null
    readonly reason: string | null
    readonly latencyMs: number
  }[]
}

export type Device = {
  readonly browser: string | null
  readonly system: string | null
  readonly userAgent: string | null
  readonly ip: string | null
}

export type Difference = {
  readonly kind:
    | 'invite'
    | 'user'
    | 'role'
    | 'session'
    | 'code'
    | 'referral'
    | 'verification'
    | 'batch'
    | 'client'
  readonly id: string
  readonly about: string
  readonly change: 'came' | 'went' | 'changed'
  readonly fields: readonly {
    readonly name: string
    readonly from: string | number | null
    readonly to: string | number | null
    readonly personal: boolean
  }[]
  readonly eventCount: number
  readonly events: readonly Cause[]
}

export type EmailLookup = {
  readonly items: readonly { readonly id: string; readonly emailVerified: boolean }[]
}

export type Event = {
  readonly position: number
  readonly id: string
  readonly type:
    | 'InviteIssued'
    | 'InviteResent'
    | 'InviteRevoked'
    | 'InviteRedeemed'
    | 'InviteReplaced'
    | 'InvitePurged'
    | 'UserRegistered'
    | 'EmailVerified'
    | 'AddressReleased'
    | 'VerificationIssued'
    | 'VerificationFailed'
    | 'PasswordResetRequested'
    | 'FirstPasswordIssued'
    | 'FirstPasswordUsed'
    | 'PasswordChanged'
    | 'ProfileChanged'
    | 'EmailJudged'
    | 'PersonEnriched'
    | 'RoleGranted'
    | 'RoleRevoked'
    | 'UserSuspended'
    | 'UserReinstated'
    | 'UserErased'
    | 'UserLoggedIn'
    | 'NewDeviceNoticed'
    | 'LoginFailed'
    | 'UserLoggedOut'
    | 'SessionsEnded'
    | 'SignInLinkIssued'
    | 'SignInLinkRedeemed'
    | 'MailSent'
    | 'MailFailed'
    | 'MailRetried'
    | 'ClientRegistered'
    | 'ClientChanged'
    | 'ClientRemoved'
    | 'WebhookRegistered'
    | 'WebhookChanged'
    | 'WebhookPaused'
    | 'WebhookResumed'
    | 'WebhookSecretRotated'
    | 'WebhookRewound'
    | 'WebhookDisabled'
    | 'WebhookRemoved'
    | 'ReferralCodeCreated'
    | 'ReferralCodeDeleted'
    | 'ReferralCodeMailed'
    | 'UserReferred'
    | 'SubtreeSuspended'
    | 'SubtreeReinstated'
    | 'HistoryViewed'
    | 'SealMailed'
    | 'SettingChanged'
  readonly version: number
  readonly at: string
  readonly actor: string
  readonly causation: string | null
  readonly correlation: string
  readonly tags: readonly string[]
  readonly data: { readonly [name: string]: unknown }
  readonly personal: readonly string[]
}

export type EventDetails = {
  readonly position: number
  readonly id: string
  readonly type:
    | 'InviteIssued'
    | 'InviteResent'
    | 'InviteRevoked'
    | 'InviteRedeemed'
    | 'InviteReplaced'
    | 'InvitePurged'
    | 'UserRegistered'
    | 'EmailVerified'
    | 'AddressReleased'
    | 'VerificationIssued'
    | 'VerificationFailed'
    | 'PasswordResetRequested'
    | 'FirstPasswordIssued'
    | 'FirstPasswordUsed'
    | 'PasswordChanged'
    | 'ProfileChanged'
    | 'EmailJudged'
    | 'PersonEnriched'
    | 'RoleGranted'
    | 'RoleRevoked'
    | 'UserSuspended'
    | 'UserReinstated'
    | 'UserErased'
    | 'UserLoggedIn'
    | 'NewDeviceNoticed'
    | 'LoginFailed'
    | 'UserLoggedOut'
    | 'SessionsEnded'
    | 'SignInLinkIssued'
    | 'SignInLinkRedeemed'
    | 'MailSent'
    | 'MailFailed'
    | 'MailRetried'
    | 'ClientRegistered'
    | 'ClientChanged'
    | 'ClientRemoved'
    | 'WebhookRegistered'
    | 'WebhookChanged'
    | 'WebhookPaused'
    | 'WebhookResumed'
    | 'WebhookSecretRotated'
    | 'WebhookRewound'
    | 'WebhookDisabled'
    | 'WebhookRemoved'
    | 'ReferralCodeCreated'
    | 'ReferralCodeDeleted'
    | 'ReferralCodeMailed'
    | 'UserReferred'
    | 'SubtreeSuspended'
    | 'SubtreeReinstated'
    | 'HistoryViewed'
    | 'SealMailed'
    | 'SettingChanged'
  readonly version: number
  readonly at: string
  readonly actor: string
  readonly causation: string | null
  readonly correlation: string
  readonly tags: readonly string[]
  readonly data: { readonly [name: string]: unknown }
  readonly personal: readonly string[]
  readonly forgotten: boolean
  readonly sha256: string
  readonly cause: Cause | null
  readonly effects: readonly Cause[]
}

export type ImportRow = {
  readonly line: number
  readonly email: string
  readonly outcome:
    | 'issuable'
    | 'issued'
    | 'refused'
    | 'already-open'
    | 'already-registered'
    | 'duplicate'
    | 'invalid'
  readonly code:
    | 'address_missing'
    | 'address_malformed'
    | 'address_too_long'
    | 'address_duplicate'
    | 'role_unknown'
    | 'locale_unknown'
    | 'expiry_malformed'
    | 'invite_expiry_out_of_range'
    | 'invite_already_open'
    | 'email_already_registered'
    | 'not_allowed'
    | null
  readonly inviteId: string | null
}

export type Invite = {
  readonly id: string
  readonly email: string | null
  readonly role: 'member' | 'auditor'
  readonly state: 'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced'
  readonly delivery: 'queued' | 'sent' | 'failed' | 'suppressed'
  readonly issuedAt: string
  readonly issuedBy: string
  readonly expiresAt: string
  readonly sentAt: string | null
  readonly redeemedAt: string | null
  readonly redeemedUserId: string | null
  readonly revokedAt: string | null
  readonly revokedBy: string | null
  readonly reason: string | null
}

export type InviteDetail = {
  readonly id: string
  readonly email: string | null
  readonly role: 'member' | 'auditor'
  readonly state: 'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced'
  readonly delivery: 'queued' | 'sent' | 'failed' | 'suppressed'
  readonly issuedAt: string
  readonly issuedBy: string
  readonly expiresAt: string
  readonly sentAt: string | null
  readonly redeemedAt: string | null
  readonly redeemedUserId: string | null
  readonly revokedAt: string | null
  readonly revokedBy: string | null
  readonly reason: string | null
  readonly why: Cause | null
}

export type InviteImport = {
  readonly id: string
  readonly state: 'reading' | 'waiting' | 'running' | 'cancelled' | 'done'
  readonly dryRun: boolean
  readonly createdAt: string
  readonly createdBy: string
  readonly changedAt: string
  readonly keptUntil: string
  readonly lines: number
  readonly processed: number
  readonly counts: {
    readonly issuable: number
    readonly issued: number
    readonly refused: number
    readonly 'already-open': number
    readonly 'already-registered': number
    readonly duplicate: number
    readonly invalid: number
  }
  readonly rows: readonly ImportRow[]
  readonly nextCursor: string | null
}

export type InvitePreview = {
  readonly email: string | null
  readonly invitedBy: string | null
  readonly expiresAt: string
  readonly state: 'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced'
}

export type Login = {
  readonly id: string
  readonly at: string
  readonly result: 'succeeded' | 'failed'
  readonly method: string | null
  readonly carrier: 'page' | 'api'
  readonly newDevice: boolean
  readonly device: Device
}

export type Mail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly status: 'queued' | 'sent' | 'failed' | 'suppressed'
  readonly queuedAt: string
  readonly sentAt: string | null
}

export type Moment = { readonly position: number; readonly at: string }

export type OAuthError = {
  readonly error: 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type'
  readonly error_description: string
}

export type OAuthTokens = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly refresh_token: string
}

export type OutboxMail = {
  readonly id: string
  readonly to: string | null
  readonly template: string
  readonly about: string
  readonly locale: 'en' | 'ru'
  readonly state: 'queued' | 'sent' | 'failed' | 'suppressed'
  readonly queuedAt: string
  readonly sentAt: string | null
  readonly failedAt: string | null
  readonly reason: string | null
}

export type OutboxMailDetails = {
  readonly id: string
  readonly to: string | null
  readonly template: string
  readonly about: string
  readonly locale: 'en' | 'ru'
  readonly state: 'queued' | 'sent' | 'failed' | 'suppressed'
  readonly queuedAt: string
  readonly sentAt: string | null
  readonly failedAt: string | null
  readonly reason: string | null
  readonly tries: number
  readonly nextTryAt: string | null
  readonly lastReason: string | null
  readonly preview: { readonly subject: string; readonly text: string } | null
}

export type OwnData = {
  readonly format: 'latchkey personal data 1'
  readonly madeAt: string
  readonly profile: { readonly [name: string]: unknown }
  readonly roles: readonly ('admin' | 'auditor')[]
  readonly saidByOthers: { readonly [name: string]: unknown } | null
  readonly sessions: readonly { readonly [name: string]: unknown }[]
  readonly logins: readonly { readonly [name: string]: unknown }[]
  readonly invites: readonly { readonly [name: string]: unknown }[]
  readonly referralCode: { readonly [name: string]: unknown } | null
  readonly referrals: {
    readonly broughtBy: { readonly [name: string]: unknown } | null
    readonly brought: readonly { readonly [name: string]: unknown }[]
  }
  readonly mails: readonly { readonly [name: string]: unknown }[]
  readonly events: readonly { readonly [name: string]: unknown }[]
}

export type PublicUser = { readonly id: string; readonly name: string | null }

export type Receipt = {
  readonly format: 'latchkey receipt 1'
  readonly position: number
  readonly event: string
  readonly hash: string
  readonly proof: readonly string[]
  readonly seal: string
  readonly keys: readonly { readonly key: string; readonly note: string }[]
}

export type Referral = {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly joinedAt: string
}

export type ReferralBranch = {
  readonly id: string
  readonly referrerId: string
  readonly depth: number
  readonly name: string | null
  readonly email: string | null
  readonly joinedAt: string
  readonly way: 'registration' | 'later'
  readonly isGone: boolean
}

export type ReferralCode = {
  readonly id: string
  readonly code: string
  readonly link: string
  readonly description: string | null
  readonly createdAt: string
  readonly expiresAt: string
  readonly mailedAt: string | null
}

export type ReferralCodeFound = { readonly code: string; readonly link: string; readonly expiresAt: string }

export type ReferralCounts = { readonly all: number; readonly verified: number; readonly gone: number }

export type Referrer = { readonly id: string; readonly name: string | null; readonly email?: string | null }

export type RegisteredClient = {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'confidential'
  readonly redirectUris: readonly string[]
  readonly registeredAt: string
  readonly registeredBy: string
  readonly clientSecret: string | null
}

export type RegisteredWebhook = {
  readonly id: string
  readonly url: string
  readonly description: string | null
  readonly types: readonly string[]
  readonly state: 'active' | 'paused' | 'disabled'
  readonly registeredAt: string
  readonly registeredBy: string
  readonly disabledAt: string | null
  readonly disabledReason: 'failing' | 'gone' | null
  readonly previousSecretUntil: string | null
  readonly secret: string
}

export type Registration = {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly ('temporary' | 'member' | 'admin' | 'auditor')[]
  readonly emailVerified: boolean
  readonly inviteId: string | null
  readonly registeredAt: string
  readonly suspendedAt: string | null
  readonly lastLoginAt: string | null
  readonly registrationToken: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresIn: number
}

export type Seal = {
  readonly size: number
  readonly root: string
  readonly sealedAt: string
  readonly note: string
}

export type Session = {
  readonly id: string
  readonly current: boolean
  readonly carrier: 'page' | 'api'
  readonly startedAt: string
  readonly lastUsedAt: string
  readonly expiresAt: string
  readonly device: Device
}

export type SettingChanges = {
  readonly items: readonly {
    readonly id: string
    readonly position: number
    readonly setting: string
    readonly value: string | null
    readonly before: string | null
    readonly undoes: string | null
    readonly at: string
    readonly actor: string
  }[]
}

export type Settings = {
  readonly items: readonly {
    readonly name: string
    readonly value: string | null
    readonly source: 'built-in' | 'environment' | 'pinned' | 'history'
  }[]
}

export type SubtreePreview = {
  readonly rootId: string
  readonly counts: { readonly active: number; readonly suspended: number; readonly gone: number }
  readonly digest: string
  readonly userIds: readonly string[]
}

export type SuspensionBatch = {
  readonly id: string
  readonly rootId: string
  readonly count: number
  readonly suspendedAt: string
  readonly suspendedBy: string
  readonly reinstatedAt: string | null
  readonly why: Cause | null
}

export type Tokens = {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresIn: number
  readonly user: User
}

export type User = {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly ('temporary' | 'member' | 'admin' | 'auditor')[]
  readonly emailVerified: boolean
  readonly inviteId: string | null
  readonly registeredAt: string
  readonly suspendedAt: string | null
  readonly lastLoginAt: string | null
}

export type UserDetail = {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly locale: 'en' | 'ru'
  readonly roles: readonly ('temporary' | 'member' | 'admin' | 'auditor')[]
  readonly emailVerified: boolean
  readonly inviteId: string | null
  readonly registeredAt: string
  readonly suspendedAt: string | null
  readonly lastLoginAt: string | null
  readonly referralCode: string | null
  readonly emailVerdict: 'deliverable' | 'undeliverable' | 'risky' | 'unknown' | null
  readonly enrichment: {
    readonly name: string | null
    readonly company: string | null
    readonly title: string | null
    readonly at: string
  } | null
  readonly why: {
    readonly state: Cause | null
    readonly verified: Cause | null
    readonly roles: readonly { readonly role: 'admin' | 'auditor'; readonly cause: Cause }[]
    readonly verification: Cause | null
    readonly referralCode: Cause | null
    readonly referrer: Cause | null
  } | null
}

export type Webhook = {
  readonly id: string
  readonly url: string
  readonly description: string | null
  readonly types: readonly string[]
  readonly state: 'active' | 'paused' | 'disabled'
  readonly registeredAt: string
  readonly registeredBy: string
  readonly disabledAt: string | null
  readonly disabledReason: 'failing' | 'gone' | null
  readonly previousSecretUntil: string | null
}

/** One method an operation; how they are sent is the client's. */
export abstract class Operations {
  protected abstract send<A>(route: Route, input: object, options?: Options): Promise<A>

  /** Who am I. */
  getMe(input: Nothing = {}, options?: Options): Promise<User> {
    return this.send({ method: 'GET', path: '/me' }, input, options)
  }

  /** Change name or language. */
  changeProfile(
    input: { readonly body: { readonly name?: string; readonly locale?: 'en' | 'ru' } },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'PATCH', path: '/me' }, input, options)
  }

  /** Set a new password. */
  changePassword(
    input: { readonly body: { readonly currentPassword?: string; readonly newPassword: string } },
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'PUT', path: '/me/password' }, input, options)
  }

  /** Ask for another address. */
  changeEmail(
    input: { readonly body: { readonly email: string; readonly currentPassword?: string } },
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'PUT', path: '/me/email' }, input, options)
  }

  /** Leave, and be forgotten. */
  eraseMe(
    input: { readonly body?: { readonly currentPassword?: string } } = {},
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'PUT', path: '/me/erasure' }, input, options)
  }

  /** Invite an address. */
  issueInvite(
    input: {
      readonly body: {
        readonly email: string
        readonly role?: 'member' | 'auditor'
        readonly locale?: 'en' | 'ru'
        readonly expiresAt?: string
        readonly expiresIn?: number | string
      }
    },
    options?: Options,
  ): Promise<Invite> {
    return this.send({ method: 'POST', path: '/invites', isKeyed: true }, input, options)
  }

  /** List invites, newest first. */
  listInvites(
    input: {
      readonly limit?: number
      readonly cursor?: string
      readonly state?: 'open' | 'redeemed' | 'revoked' | 'expired' | 'replaced'
      readonly delivery?: 'queued' | 'sent' | 'failed' | 'suppressed'
      readonly email?: string
      readonly issuedBy?: string
      readonly at?: string
    } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Invite[]; readonly nextCursor: string | null }> {
    return this.send(
      {
        method: 'GET',
        path: '/invites',
        query: ['limit', 'cursor', 'state', 'delivery', 'email', 'issuedBy', 'at'],
      },
      input,
      options,
    )
  }

  /** One invite. */
  getInvite(input: { readonly id: string; readonly at?: string }, options?: Options): Promise<InviteDetail> {
    return this.send({ method: 'GET', path: '/invites/{id}', query: ['at'] }, input, options)
  }

  /** Take an invite back. */
  revokeInvite(
    input: { readonly id: string; readonly body?: { readonly reason?: string } },
    options?: Options,
  ): Promise<Invite> {
    return this.send({ method: 'DELETE', path: '/invites/{id}' }, input, options)
  }

  /** Send an invite again. */
  resendInvite(input: { readonly id: string }, options?: Options): Promise<Invite> {
    return this.send({ method: 'POST', path: '/invites/{id}/resends', isKeyed: true }, input, options)
  }

  /** Invite a list of addresses. */
  importInvites(
    input: {
      readonly dryRun?: 'true' | 'false'
      readonly body: {
        readonly rows?: readonly {
          readonly email: string
          readonly role?: 'member' | 'auditor'
          readonly locale?: 'en' | 'ru'
          readonly expiresAt?: string
        }[]
        readonly csv?: string
        readonly dryRun?: boolean
      }
    },
    options?: Options,
  ): Promise<InviteImport> {
    return this.send(
      { method: 'POST', path: '/invites/imports', query: ['dryRun'], isKeyed: true },
      input,
      options,
    )
  }

  /** How an import goes on, and what became of each row. */
  getInviteImport(
    input: {
      readonly id: string
      readonly which?: 'all' | 'problems'
      readonly limit?: number
      readonly cursor?: string
    },
    options?: Options,
  ): Promise<InviteImport> {
    return this.send(
      { method: 'GET', path: '/invites/imports/{id}', query: ['which', 'limit', 'cursor'] },
      input,
      options,
    )
  }

  /** Stop an import. */
  cancelInviteImport(input: { readonly id: string }, options?: Options): Promise<InviteImport> {
    return this.send({ method: 'DELETE', path: '/invites/imports/{id}' }, input, options)
  }

  /** Issue what a dry run has found good, or go on with what was cancelled. */
  startInviteImport(input: { readonly id: string }, options?: Options): Promise<InviteImport> {
    return this.send({ method: 'POST', path: '/invites/imports/{id}/start', isKeyed: true }, input, options)
  }

  /** Redeem an invite. */
  redeemInvite(input: { readonly body: { readonly token: string } }, options?: Options): Promise<Tokens> {
    return this.send(
      { method: 'POST', path: '/invite-redemptions', isKeyed: true, isAnonymous: true },
      input,
      options,
    )
  }

  /** What an invite is about. */
  previewInvite(
    input: { readonly body: { readonly token: string } },
    options?: Options,
  ): Promise<InvitePreview> {
    return this.send({ method: 'POST', path: '/invite-previews', isAnonymous: true }, input, options)
  }

  /** Register. */
  registerUser(
    input: {
      readonly body: {
        readonly email: string
        readonly password?: string
        readonly name?: string
        readonly locale?: 'en' | 'ru'
        readonly referralCode?: string
      }
    },
    options?: Options,
  ): Promise<Registration> {
    return this.send({ method: 'POST', path: '/users', isKeyed: true, isAnonymous: true }, input, options)
  }

  /** List users, newest first; or look an address up. */
  listUsers(
    input: {
      readonly limit?: number
      readonly cursor?: string
      readonly search?: string
      readonly role?: 'admin' | 'auditor'
      readonly state?: 'active' | 'unverified' | 'suspended'
      readonly registeredSince?: string
      readonly registeredBefore?: string
      readonly email?: string
      readonly at?: string
    } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly User[]; readonly nextCursor: string | null } | EmailLookup> {
    return this.send(
      {
        method: 'GET',
        path: '/users',
        query: [
          'limit',
          'cursor',
          'search',
          'role',
          'state',
          'registeredSince',
          'registeredBefore',
          'email',
          'at',
        ],
      },
      input,
      options,
    )
  }

  /** Mail a new code and link. */
  sendVerificationCode(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'POST', path: '/users/{id}/verification-codes' }, input, options)
  }

  /** Confirm the address with the code. */
  verifyEmail(
    input: { readonly id: string; readonly body: { readonly code: string } },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'PUT', path: '/users/{id}/email-verification' }, input, options)
  }

  /** Choose a password, and be a member. */
  completeRegistration(
    input: { readonly id: string; readonly body: { readonly password: string; readonly name?: string } },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'PUT', path: '/users/{id}/registration' }, input, options)
  }

  /** Mail a link that sets a new password. */
  requestPasswordReset(
    input: { readonly body: { readonly email: string } },
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'POST', path: '/password-resets', isAnonymous: true }, input, options)
  }

  /** Set a new password with the link’s token. */
  resetPassword(
    input: { readonly body: { readonly token: string; readonly newPassword: string } },
    options?: Options,
  ): Promise<undefined> {
    return this.send(
      { method: 'POST', path: '/password-resets/redemptions', isAnonymous: true },
      input,
      options,
    )
  }

  /** Sign in with address and password. */
  login(
    input: { readonly body: { readonly email: string; readonly password: string } },
    options?: Options,
  ): Promise<Tokens> {
    return this.send({ method: 'POST', path: '/sessions', isAnonymous: true }, input, options)
  }

  /** Get new tokens for a session. */
  refreshSession(
    input: { readonly body: { readonly refreshToken: string } },
    options?: Options,
  ): Promise<Tokens> {
    return this.send({ method: 'POST', path: '/sessions/refresh', isAnonymous: true }, input, options)
  }

  /** Sign out. */
  logout(input: Nothing = {}, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/sessions/current' }, input, options)
  }

  /** Everything that is kept about me. */
  exportMe(
    input: { readonly body?: { readonly currentPassword?: string } } = {},
    options?: Options,
  ): Promise<OwnData> {
    return this.send({ method: 'POST', path: '/me/export', isKeyed: true }, input, options)
  }

  /** Where am I signed in. */
  listSessions(
    input: { readonly limit?: number; readonly cursor?: string } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Session[]; readonly nextCursor: string | null }> {
    return this.send({ method: 'GET', path: '/me/sessions', query: ['limit', 'cursor'] }, input, options)
  }

  /** Sign out everywhere else. */
  endSessions(input: { readonly current?: 'true' | 'false' } = {}, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/me/sessions', query: ['current'] }, input, options)
  }

  /** Sign out one session. */
  endSession(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/me/sessions/{id}' }, input, options)
  }

  /** Who signed in as me. */
  listLogins(
    input: { readonly limit?: number; readonly cursor?: string } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Login[]; readonly nextCursor: string | null }> {
    return this.send({ method: 'GET', path: '/me/logins', query: ['limit', 'cursor'] }, input, options)
  }

  /** Get tokens as OAuth 2.0 has it. */
  issueToken(
    input: {
      readonly body: {
        readonly grant_type?: string
        readonly username?: string
        readonly password?: string
        readonly refresh_token?: string
      }
    },
    options?: Options,
  ): Promise<OAuthTokens> {
    return this.send(
      { method: 'POST', path: '/oauth/token', isForm: true, isAnonymous: true },
      input,
      options,
    )
  }

  /** One user. */
  getUser(input: { readonly id: string; readonly at?: string }, options?: Options): Promise<UserDetail> {
    return this.send({ method: 'GET', path: '/users/{id}', query: ['at'] }, input, options)
  }

  /** Change name or language. */
  changeUser(
    input: { readonly id: string; readonly body: { readonly name?: string; readonly locale?: 'en' | 'ru' } },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'PATCH', path: '/users/{id}' }, input, options)
  }

  /** Erase a user. */
  deleteUser(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/users/{id}' }, input, options)
  }

  /** Suspend a user. */
  suspendUser(
    input: { readonly id: string; readonly body?: { readonly reason?: string } },
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'PUT', path: '/users/{id}/suspension' }, input, options)
  }

  /** Reinstate a user. */
  reinstateUser(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/users/{id}/suspension' }, input, options)
  }

  /** The roles of a user. */
  listRoles(
    input: { readonly id: string; readonly at?: string },
    options?: Options,
  ): Promise<{
    readonly items: readonly ('temporary' | 'member' | 'admin' | 'auditor')[]
    readonly nextCursor: string | null
  }> {
    return this.send({ method: 'GET', path: '/users/{id}/roles', query: ['at'] }, input, options)
  }

  /** Grant a role. */
  grantRole(
    input: { readonly id: string; readonly role: 'admin' | 'auditor' },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'PUT', path: '/users/{id}/roles/{role}' }, input, options)
  }

  /** Take a role away. */
  revokeRole(
    input: { readonly id: string; readonly role: 'admin' | 'auditor' },
    options?: Options,
  ): Promise<User> {
    return this.send({ method: 'DELETE', path: '/users/{id}/roles/{role}' }, input, options)
  }

  /** Make one’s referral code. */
  createReferralCode(
    input: { readonly body: { readonly expiresAt: string; readonly description?: string } },
    options?: Options,
  ): Promise<ReferralCode> {
    return this.send({ method: 'POST', path: '/me/referral-code', isKeyed: true }, input, options)
  }

  /** One’s referral code. */
  getReferralCode(input: Nothing = {}, options?: Options): Promise<ReferralCode> {
    return this.send({ method: 'GET', path: '/me/referral-code' }, input, options)
  }

  /** Delete one’s referral code. */
  deleteReferralCode(input: Nothing = {}, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/me/referral-code' }, input, options)
  }

  /** Mail one’s referral code to somebody. */
  mailReferralCode(
    input: { readonly body?: { readonly email?: string } } = {},
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'POST', path: '/me/referral-code/mails', isKeyed: true }, input, options)
  }

  /** The referral code of whoever has an address. */
  findReferralCode(input: { readonly referrerEmail: string }, options?: Options): Promise<ReferralCodeFound> {
    return this.send({ method: 'GET', path: '/referral-codes', query: ['referrerEmail'] }, input, options)
  }

  /** Say who brought one here. */
  redeemReferralCode(
    input: { readonly body: { readonly code: string } },
    options?: Options,
  ): Promise<Referrer> {
    return this.send({ method: 'POST', path: '/me/referrer', isKeyed: true }, input, options)
  }

  /** Whom a user brought, newest first. */
  listReferrals(
    input: { readonly id: string; readonly limit?: number; readonly cursor?: string; readonly at?: string },
    options?: Options,
  ): Promise<
    | {
        readonly items: readonly Referral[]
        readonly nextCursor: string | null
        readonly counts: ReferralCounts
      }
    | {
        readonly items: readonly PublicUser[]
        readonly nextCursor: string | null
        readonly counts: { readonly all: number }
      }
  > {
    return this.send(
      { method: 'GET', path: '/users/{id}/referrals', query: ['limit', 'cursor', 'at'] },
      input,
      options,
    )
  }

  /** Who brought a user here, who brought them, and so on. */
  listReferrers(
    input: { readonly id: string; readonly at?: string },
    options?: Options,
  ): Promise<{ readonly items: readonly Referrer[] }> {
    return this.send({ method: 'GET', path: '/users/{id}/referrers', query: ['at'] }, input, options)
  }

  /** Whom a user brought, whom those brought, and so on. */
  getReferralTree(
    input: { readonly id: string; readonly depth?: number; readonly limit?: number; readonly at?: string },
    options?: Options,
  ): Promise<{
    readonly rootId: string
    readonly items: readonly ReferralBranch[]
    readonly isTruncated: boolean
  }> {
    return this.send(
      { method: 'GET', path: '/users/{id}/referral-tree', query: ['depth', 'limit', 'at'] },
      input,
      options,
    )
  }

  /** Who brought the most. */
  listTopReferrers(
    input: { readonly limit?: number; readonly at?: string } = {},
    options?: Options,
  ): Promise<{
    readonly items: readonly {
      readonly id: string
      readonly name: string | null
      readonly email: string | null
      readonly counts: ReferralCounts
    }[]
  }> {
    return this.send({ method: 'GET', path: '/referrals/top', query: ['limit', 'at'] }, input, options)
  }

  /** Who would be suspended together with a user. */
  previewSubtree(
    input: { readonly id: string; readonly at?: string },
    options?: Options,
  ): Promise<SubtreePreview> {
    return this.send({ method: 'GET', path: '/users/{id}/subtree', query: ['at'] }, input, options)
  }

  /** Suspend a user and all those they brought. */
  suspendSubtree(
    input: { readonly id: string; readonly body?: { readonly reason?: string; readonly digest?: string } },
    options?: Options,
  ): Promise<SuspensionBatch | undefined> {
    return this.send(
      { method: 'POST', path: '/users/{id}/subtree-suspensions', isKeyed: true },
      input,
      options,
    )
  }

  /** Subtrees that were suspended, newest first. */
  listSubtreeSuspensions(
    input: { readonly at?: string } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly SuspensionBatch[] }> {
    return this.send({ method: 'GET', path: '/subtree-suspensions', query: ['at'] }, input, options)
  }

  /** Undo the suspension of a subtree. */
  reinstateSubtree(input: { readonly id: string }, options?: Options): Promise<SuspensionBatch> {
    return this.send({ method: 'DELETE', path: '/subtree-suspensions/{id}' }, input, options)
  }

  /** Register an application. */
  registerClient(
    input: {
      readonly body: {
        readonly name: string
        readonly kind?: 'public' | 'confidential'
        readonly redirectUris: readonly string[]
      }
    },
    options?: Options,
  ): Promise<RegisteredClient> {
    return this.send({ method: 'POST', path: '/clients', isKeyed: true }, input, options)
  }

  /** List applications. */
  listClients(
    input: { readonly limit?: number; readonly cursor?: string; readonly at?: string } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Client[]; readonly nextCursor: string | null }> {
    return this.send({ method: 'GET', path: '/clients', query: ['limit', 'cursor', 'at'] }, input, options)
  }

  /** One application. */
  getClient(input: { readonly id: string; readonly at?: string }, options?: Options): Promise<Client> {
    return this.send({ method: 'GET', path: '/clients/{id}', query: ['at'] }, input, options)
  }

  /** Change an application. */
  changeClient(
    input: {
      readonly id: string
      readonly body: { readonly name?: string; readonly redirectUris?: readonly string[] }
    },
    options?: Options,
  ): Promise<Client> {
    return this.send({ method: 'PATCH', path: '/clients/{id}' }, input, options)
  }

  /** Remove an application. */
  removeClient(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/clients/{id}' }, input, options)
  }

  /** Register a webhook. */
  registerWebhook(
    input: {
      readonly body: {
        readonly url: string
        readonly description?: string
        readonly types?: readonly (
          | 'InviteIssued'
          | 'InviteResent'
          | 'InviteRevoked'
          | 'InviteRedeemed'
          | 'InviteReplaced'
          | 'InvitePurged'
          | 'UserRegistered'
          | 'EmailVerified'
          | 'AddressReleased'
          | 'VerificationIssued'
          | 'VerificationFailed'
          | 'PasswordResetRequested'
          | 'FirstPasswordIssued'
          | 'FirstPasswordUsed'
          | 'PasswordChanged'
          | 'ProfileChanged'
          | 'EmailJudged'
          | 'PersonEnriched'
          | 'RoleGranted'
          | 'RoleRevoked'
          | 'UserSuspended'
          | 'UserReinstated'
          | 'UserErased'
          | 'UserLoggedIn'
          | 'NewDeviceNoticed'
          | 'LoginFailed'
          | 'UserLoggedOut'
          | 'SessionsEnded'
          | 'SignInLinkIssued'
          | 'SignInLinkRedeemed'
          | 'MailSent'
          | 'MailFailed'
          | 'MailRetried'
          | 'ClientRegistered'
          | 'ClientChanged'
          | 'ClientRemoved'
          | 'WebhookRegistered'
          | 'WebhookChanged'
          | 'WebhookPaused'
          | 'WebhookResumed'
          | 'WebhookSecretRotated'
          | 'WebhookRewound'
          | 'WebhookDisabled'
          | 'WebhookRemoved'
          | 'ReferralCodeCreated'
          | 'ReferralCodeDeleted'
          | 'ReferralCodeMailed'
          | 'UserReferred'
          | 'SubtreeSuspended'
          | 'SubtreeReinstated'
          | 'HistoryViewed'
          | 'SealMailed'
          | 'SettingChanged'
        )[]
      }
    },
    options?: Options,
  ): Promise<RegisteredWebhook> {
    return this.send({ method: 'POST', path: '/webhooks', isKeyed: true }, input, options)
  }

  /** List webhooks. */
  listWebhooks(
    input: { readonly limit?: number; readonly cursor?: string } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Webhook[]; readonly nextCursor: string | null }> {
    return this.send({ method: 'GET', path: '/webhooks', query: ['limit', 'cursor'] }, input, options)
  }

  /** One webhook. */
  getWebhook(input: { readonly id: string }, options?: Options): Promise<Webhook> {
    return this.send({ method: 'GET', path: '/webhooks/{id}' }, input, options)
  }

  /** Change a webhook. */
  changeWebhook(
    input: {
      readonly id: string
      readonly body: {
        readonly url?: string
        readonly description?: string
        readonly types?: readonly (
          | 'InviteIssued'
          | 'InviteResent'
          | 'InviteRevoked'
          | 'InviteRedeemed'
          | 'InviteReplaced'
          | 'InvitePurged'
          | 'UserRegistered'
          | 'EmailVerified'
          | 'AddressReleased'
          | 'VerificationIssued'
          | 'VerificationFailed'
          | 'PasswordResetRequested'
          | 'FirstPasswordIssued'
          | 'FirstPasswordUsed'
          | 'PasswordChanged'
          | 'ProfileChanged'
          | 'EmailJudged'
          | 'PersonEnriched'
          | 'RoleGranted'
          | 'RoleRevoked'
          | 'UserSuspended'
          | 'UserReinstated'
          | 'UserErased'
          | 'UserLoggedIn'
          | 'NewDeviceNoticed'
          | 'LoginFailed'
          | 'UserLoggedOut'
          | 'SessionsEnded'
          | 'SignInLinkIssued'
          | 'SignInLinkRedeemed'
          | 'MailSent'
          | 'MailFailed'
          | 'MailRetried'
          | 'ClientRegistered'
          | 'ClientChanged'
          | 'ClientRemoved'
          | 'WebhookRegistered'
          | 'WebhookChanged'
          | 'WebhookPaused'
          | 'WebhookResumed'
          | 'WebhookSecretRotated'
          | 'WebhookRewound'
          | 'WebhookDisabled'
          | 'WebhookRemoved'
          | 'ReferralCodeCreated'
          | 'ReferralCodeDeleted'
          | 'ReferralCodeMailed'
          | 'UserReferred'
          | 'SubtreeSuspended'
          | 'SubtreeReinstated'
          | 'HistoryViewed'
          | 'SealMailed'
          | 'SettingChanged'
        )[]
      }
    },
    options?: Options,
  ): Promise<Webhook> {
    return this.send({ method: 'PATCH', path: '/webhooks/{id}' }, input, options)
  }

  /** Remove a webhook. */
  removeWebhook(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/webhooks/{id}' }, input, options)
  }

  /** Pause a webhook. */
  pauseWebhook(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'PUT', path: '/webhooks/{id}/pause' }, input, options)
  }

  /** Let a webhook go on. */
  resumeWebhook(input: { readonly id: string }, options?: Options): Promise<undefined> {
    return this.send({ method: 'DELETE', path: '/webhooks/{id}/pause' }, input, options)
  }

  /** Give a webhook a new secret. */
  rotateWebhookSecret(
    input: { readonly id: string; readonly body: { readonly overlapHours?: number } },
    options?: Options,
  ): Promise<{ readonly secret: string; readonly previousSecretUntil: string | null }> {
    return this.send({ method: 'POST', path: '/webhooks/{id}/secrets', isKeyed: true }, input, options)
  }

  /** What became of messages. */
  listDeliveries(
    input: {
      readonly id: string
      readonly limit?: number
      readonly cursor?: string
      readonly status?: 'pending' | 'delivered' | 'failed'
      readonly type?: string
    },
    options?: Options,
  ): Promise<{ readonly items: readonly Delivery[]; readonly nextCursor: string | null }> {
    return this.send(
      { method: 'GET', path: '/webhooks/{id}/deliveries', query: ['limit', 'cursor', 'status', 'type'] },
      input,
      options,
    )
  }

  /** One message and its attempts. */
  getDelivery(
    input: { readonly id: string; readonly deliveryId: string },
    options?: Options,
  ): Promise<DeliveryDetail> {
    return this.send({ method: 'GET', path: '/webhooks/{id}/deliveries/{deliveryId}' }, input, options)
  }

  /** Send a message again. */
  replayDelivery(
    input: { readonly id: string; readonly deliveryId: string },
    options?: Options,
  ): Promise<Delivery> {
    return this.send(
      { method: 'POST', path: '/webhooks/{id}/deliveries/{deliveryId}/replays', isKeyed: true },
      input,
      options,
    )
  }

  /** Send everything again from a position on. */
  replayWebhook(
    input: { readonly id: string; readonly body: { readonly position: number } },
    options?: Options,
  ): Promise<undefined> {
    return this.send({ method: 'POST', path: '/webhooks/{id}/replays', isKeyed: true }, input, options)
  }

  /** Try a webhook out. */
  testWebhook(input: { readonly id: string }, options?: Options): Promise<Delivery> {
    return this.send({ method: 'POST', path: '/webhooks/{id}/tests', isKeyed: true }, input, options)
  }

  /** List mails, newest first. */
  listMails(
    input: {
      readonly limit?: number
      readonly cursor?: string
      readonly state?: 'queued' | 'sent' | 'failed' | 'suppressed'
      readonly template?:
        | 'invite'
        | 'first-password'
        | 'sign-in-link'
        | 'password-changed'
        | 'verification'
        | 'address-taken'
        | 'email-changed'
        | 'password-reset'
        | 'new-device'
        | 'referral-code'
        | 'seal-kept'
      readonly email?: string
      readonly at?: string
    } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly OutboxMail[]; readonly nextCursor: string | null }> {
    return this.send(
      { method: 'GET', path: '/mails', query: ['limit', 'cursor', 'state', 'template', 'email', 'at'] },
      input,
      options,
    )
  }

  /** One mail. */
  getMail(
    input: { readonly id: string; readonly at?: string },
    options?: Options,
  ): Promise<OutboxMailDetails> {
    return this.send({ method: 'GET', path: '/mails/{id}', query: ['at'] }, input, options)
  }

  /** Try a mail again that was given up. */
  retryMail(input: { readonly id: string }, options?: Options): Promise<OutboxMailDetails> {
    return this.send({ method: 'POST', path: '/mails/{id}/retries', isKeyed: true }, input, options)
  }

  /** What is in force. */
  getSettings(input: Nothing = {}, options?: Options): Promise<Settings> {
    return this.send({ method: 'GET', path: '/settings' }, input, options)
  }

  /** Change settings. */
  changeSettings(
    input: { readonly body: { readonly [name: string]: string | null } },
    options?: Options,
  ): Promise<Settings> {
    return this.send({ method: 'PATCH', path: '/settings' }, input, options)
  }

  /** The last changes of settings, newest first. */
  listSettingChanges(input: Nothing = {}, options?: Options): Promise<SettingChanges> {
    return this.send({ method: 'GET', path: '/settings/changes' }, input, options)
  }

  /** Take a change back. */
  undoSettingChange(input: { readonly id: string }, options?: Options): Promise<Settings> {
    return this.send({ method: 'DELETE', path: '/settings/changes/{id}' }, input, options)
  }

  /** What changed between two moments. */
  compareMoments(
    input: { readonly from: string; readonly to: string; readonly cursor?: string },
    options?: Options,
  ): Promise<{
    readonly from: Moment
    readonly to: Moment
    readonly items: readonly Difference[]
    readonly nextCursor: string | null
  }> {
    return this.send(
      { method: 'GET', path: '/history/compare', query: ['from', 'to', 'cursor'] },
      input,
      options,
    )
  }

  /** Events, newest first. */
  listEvents(
    input: {
      readonly limit?: number
      readonly cursor?: number
      readonly after?: number
      readonly type?:
        | 'InviteIssued'
        | 'InviteResent'
        | 'InviteRevoked'
        | 'InviteRedeemed'
        | 'InviteReplaced'
        | 'InvitePurged'
        | 'UserRegistered'
        | 'EmailVerified'
        | 'AddressReleased'
        | 'VerificationIssued'
        | 'VerificationFailed'
        | 'PasswordResetRequested'
        | 'FirstPasswordIssued'
        | 'FirstPasswordUsed'
        | 'PasswordChanged'
        | 'ProfileChanged'
        | 'EmailJudged'
        | 'PersonEnriched'
        | 'RoleGranted'
        | 'RoleRevoked'
        | 'UserSuspended'
        | 'UserReinstated'
        | 'UserErased'
        | 'UserLoggedIn'
        | 'NewDeviceNoticed'
        | 'LoginFailed'
        | 'UserLoggedOut'
        | 'SessionsEnded'
        | 'SignInLinkIssued'
        | 'SignInLinkRedeemed'
        | 'MailSent'
        | 'MailFailed'
        | 'MailRetried'
        | 'ClientRegistered'
        | 'ClientChanged'
        | 'ClientRemoved'
        | 'WebhookRegistered'
        | 'WebhookChanged'
        | 'WebhookPaused'
        | 'WebhookResumed'
        | 'WebhookSecretRotated'
        | 'WebhookRewound'
        | 'WebhookDisabled'
        | 'WebhookRemoved'
        | 'ReferralCodeCreated'
        | 'ReferralCodeDeleted'
        | 'ReferralCodeMailed'
        | 'UserReferred'
        | 'SubtreeSuspended'
        | 'SubtreeReinstated'
        | 'HistoryViewed'
        | 'SealMailed'
        | 'SettingChanged'
      readonly tag?: string
      readonly actor?: string
      readonly correlation?: string
      readonly since?: string
      readonly before?: string
    } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Event[]; readonly nextCursor: string | null }> {
    return this.send(
      {
        method: 'GET',
        path: '/history',
        query: ['limit', 'cursor', 'after', 'type', 'tag', 'actor', 'correlation', 'since', 'before'],
      },
      input,
      options,
    )
  }

  /** One event. */
  getEvent(input: { readonly position: string }, options?: Options): Promise<EventDetails> {
    return this.send({ method: 'GET', path: '/history/{position}' }, input, options)
  }

  /** Seals of the history, newest first. */
  listSeals(
    input: { readonly limit?: number; readonly cursor?: number } = {},
    options?: Options,
  ): Promise<{ readonly items: readonly Seal[]; readonly nextCursor: string | null }> {
    return this.send({ method: 'GET', path: '/history/seals', query: ['limit', 'cursor'] }, input, options)
  }

  /** Proof that one seal continues another. */
  getConsistencyProof(
    input: { readonly from: number; readonly to: number },
    options?: Options,
  ): Promise<Consistency> {
    return this.send({ method: 'GET', path: '/history/consistency', query: ['from', 'to'] }, input, options)
  }

  /** Proof that an event stands in the history. */
  getProof(
    input: { readonly position: string; readonly seal?: number },
    options?: Options,
  ): Promise<Receipt> {
    return this.send({ method: 'GET', path: '/history/{position}/proof', query: ['seal'] }, input, options)
  }

  /** Receipt for a redeemed invite. */
  getInviteReceipt(input: { readonly id: string }, options?: Options): Promise<Receipt> {
    return this.send({ method: 'GET', path: '/invites/{id}/receipt' }, input, options)
  }

  /** Mails to an address. */
  listMailbox(
    input: { readonly email: string },
    options?: Options,
  ): Promise<{ readonly items: readonly Mail[]; readonly nextCursor: null }> {
    return this.send({ method: 'GET', path: '/mailbox', query: ['email'] }, input, options)
  }
}
