import fc from 'fast-check'
import { changeClient } from '../../src/domain/clients/change-client.ts'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { removeClient } from '../../src/domain/clients/remove-client.ts'
import { mailSeal } from '../../src/domain/history/mail-seal.ts'
import { recordHistoryView } from '../../src/domain/history/record-history-view.ts'
import { importInvite } from '../../src/domain/invites/import-invite.ts'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { retryMail } from '../../src/domain/mails/retry-mail.ts'
import { endSessions } from '../../src/domain/sessions/end-sessions.ts'
import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { logout } from '../../src/domain/sessions/logout.ts'
import { recordLoginFailure } from '../../src/domain/sessions/record-login-failure.ts'
import { redeemSignInLink } from '../../src/domain/sessions/redeem-sign-in-link.ts'
import { changeSettings } from '../../src/domain/settings/change-settings.ts'
import { undoSettingChange } from '../../src/domain/settings/undo-setting-change.ts'
import { changeEmail } from '../../src/domain/users/change-email.ts'
import { changePassword } from '../../src/domain/users/change-password.ts'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { completeRegistration } from '../../src/domain/users/complete-registration.ts'
import { enrichPerson } from '../../src/domain/users/enrich-person.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { judgeEmail } from '../../src/domain/users/judge-email.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { removeUnverifiedUser } from '../../src/domain/users/remove-unverified-user.ts'
import { requestPasswordReset } from '../../src/domain/users/request-password-reset.ts'
import { resetPassword } from '../../src/domain/users/reset-password.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { sendVerification } from '../../src/domain/users/send-verification.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import * as cast from './controls.ts'
import { referralWishes } from './story-referral-wishes.ts'
import {
  anotherAddress,
  anotherEmail,
  appName,
  clientId,
  confirming,
  credentialId,
  DAY,
  email,
  expiresAt,
  firstAddress,
  inviteId,
  linkId,
  locale,
  maybe,
  ofPerson,
  pinnedSettings,
  redirectUris,
  referral,
  resetId,
  role,
  session,
  sessionId,
  settingChanges,
  userId,
  verification,
} from './story-things.ts'
import { webhookWishes } from './story-webhook-wishes.ts'
import { type Step, wishing } from './story-wishing.ts'

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  ...referralWishes,
  ...webhookWishes,
  wishing(
    6,
    issueInvite,
    fc.record({ inviteId, email, role: fc.constantFrom('member', 'auditor'), locale, expiresAt }),
  ),
  wishing(
    2,
    importInvite,
    fc.record({ inviteId, email, role: fc.constantFrom('member', 'auditor'), locale, expiresAt }),
  ),
  wishing(2, resendInvite, fc.record({ inviteId, expiresAt })),
  wishing(2, revokeInvite, fc.record({ inviteId, reason: maybe(fc.constant('left the company')) })),
  wishing(2, purgeInvite, fc.record({ inviteId })),
  wishing(
    8,
    redeemInvite,
    fc.record({
      inviteId,
      email,
      userId,
      session,
      firstPassword: maybe(fc.record({ credentialId, expiresAt })),
    }),
  ),
  wishing(
    6,
    login,
    fc.record({ userId, provenCredentialId: maybe(credentialId), session, isNewDevice: fc.boolean() }),
    'oneself',
  ),
  wishing(1, logout, fc.record({ sessionId })),
  wishing(
    1,
    recordLoginFailure,
    userId.map((id) => ({
      userId: id,
      carrier: cast.start.carrier,
      userAgent: cast.start.userAgent,
      ip: cast.start.ip,
    })),
  ),
  wishing(
    1,
    endSessions,
    fc.record({
      userId,
      except: maybe(sessionId),
      reason: fc.constantFrom('signed-out-everywhere', 'token-reused'),
    }),
    'oneself',
  ),
  wishing(
    4,
    issueSignInLink,
    ofPerson(fc.record({ linkId, locale, delivery: fc.constantFrom('mail' as const, 'shown'), expiresAt })),
  ),
  wishing(5, redeemSignInLink, fc.record({ linkId, userId, session, isNewDevice: fc.boolean() })),
  wishing(
    3,
    grantRole,
    fc.record({
      userId,
      role,
      enrol: maybe(fc.record({ email, locale })),
      newCredentialId: maybe(credentialId),
    }),
  ),
  wishing(
    2,
    changePassword,
    fc.record({ userId, sessionId, provenCredentialId: maybe(credentialId), newCredentialId: credentialId }),
    'oneself',
  ),
  wishing(
    2,
    changeProfile,
    fc.record({ userId, name: maybe(fc.constantFrom('Ada', 'Ben')), locale: maybe(locale) }),
  ),
  wishing(3, revokeRole, fc.record({ userId, role, keepSessionId: maybe(sessionId) })),
  wishing(2, suspendUser, fc.record({ userId, reason: fc.constantFrom(null, 'on leave') })),
  wishing(3, reinstateUser, fc.record({ userId })),
  wishing(
    2,
    eraseUser,
    ofPerson(fc.record({ provenCredentialId: credentialId }, { requiredKeys: [] })),
    'oneself',
  ),
  wishing(
    8,
    registerUser,
    ofPerson(
      fc.record({
        name: maybe(fc.constantFrom('Ben', 'Mallory')),
        locale,
        credentialId: maybe(credentialId),
        verification,
        session,
        isTakenTold: fc.boolean(),
        referral: fc.option(referral, { freq: 1 }),
      }),
    ),
  ),
  wishing(4, sendVerification, ofPerson(fc.record({ verification })), 'oneself'),
  wishing(10, verifyEmail, confirming(firstAddress)),
  wishing(6, verifyEmail, confirming(anotherAddress)),
  wishing(
    2,
    completeRegistration,
    fc.record({ userId, credentialId, name: maybe(fc.constant('Ben')) }),
    'oneself',
  ),
  wishing(
    6,
    changeEmail,
    fc.record({
      userId,
      email: anotherEmail,
      provenCredentialId: maybe(credentialId),
      verification,
      isTakenTold: fc.boolean(),
    }),
    'oneself',
  ),
  wishing(4, requestPasswordReset, ofPerson(fc.record({ resetId, locale, expiresAt }))),
  wishing(4, resetPassword, fc.record({ userId, resetId, newCredentialId: credentialId })),
  wishing(3, removeUnverifiedUser, fc.record({ userId, afterMs: fc.constantFrom(1, 3).map((n) => n * DAY) })),
  wishing(3, judgeEmail, fc.record({ userId, verdict: fc.constantFrom('deliverable', 'undeliverable') })),
  wishing(
    3,
    enrichPerson,
    fc.record({
      userId,
      name: maybe(fc.constant('Benjamin')),
      company: maybe(fc.constant('Analytical Engines')),
      title: maybe(fc.constant('Engineer')),
    }),
  ),
  wishing(
    2,
    registerClient,
    fc.record({ clientId, name: appName, kind: fc.constantFrom('public', 'confidential'), redirectUris }),
  ),
  wishing(2, changeClient, fc.record({ clientId, name: maybe(appName), redirectUris: maybe(redirectUris) })),
  wishing(1, removeClient, fc.record({ clientId })),
  wishing(2, changeSettings, fc.record({ changes: settingChanges, pinned: pinnedSettings })),
  wishing(
    1,
    undoSettingChange,
    fc.record({
      setting: fc.constantFrom('registration.mode' as const, 'brand.name' as const),
      changeId: fc.constantFrom(cast.CHANGE, cast.OTHER_CHANGE),
      pinned: pinnedSettings,
    }),
  ),
  wishing(
    2,
    recordDelivery,
    fc.constantFrom({ result: 'sent', ...cast.mailSent.data }, { result: 'failed', ...cast.mailFailed.data }),
  ),
  wishing(
    1,
    recordHistoryView,
    fc.record({ viewerId: userId, hour: fc.constantFrom(cast.NOW, cast.IN_A_DAY) }),
  ),
  wishing(
    1,
    mailSeal,
    fc.record({
      userId,
      day: fc.constantFrom(cast.NOW.slice(0, 10), cast.IN_A_DAY.slice(0, 10)),
      size: fc.constant(5),
      note: fc.constant(cast.SEAL),
    }),
  ),
  wishing(2, retryMail, fc.constant({ mailId: cast.MAIL, about: cast.mailFailed.data.about })),
)
