import { clientReads, clients } from './clients.ts'
import { inquiries, inquiryReads } from './inquiries.ts'
import { inviteReads, invites } from './invites.ts'
import { loginReads, logins } from './logins.ts'
import { mailReads, mails } from './mails.ts'
import { principalReads } from './principal.ts'
import type { Projection, Reader } from './projection.ts'
import { referralCodeReads, referralCodes } from './referral-codes.ts'
import { referralTreeReads } from './referral-tree.ts'
import { referralReads, referrals } from './referrals.ts'
import { sessionReads, sessions } from './sessions.ts'
import { settingReads, settings } from './settings.ts'
import { userReads, users } from './users.ts'
import { verificationReads, verifications } from './verifications.ts'
import { webhookReads, webhooks } from './webhooks.ts'

/** Every projection there is; each event passes them in this order, in the transaction that appends it. */
export const projections: readonly Projection[] = [
  invites,
  users,
  verifications,
  sessions,
  logins,
  mails,
  clients,
  inquiries,
  referralCodes,
  referrals,
  settings,
  webhooks,
]

/** The read side: every question that pages, the API and the runners ask. */
export const readSide = (db: Reader) => ({
  invites: inviteReads(db),
  users: userReads(db),
  verifications: verificationReads(db),
  sessions: sessionReads(db),
  logins: loginReads(db),
  mails: mailReads(db),
  clients: clientReads(db),
  inquiries: inquiryReads(db),
  referralCodes: referralCodeReads(db),
  referrals: referralReads(db),
  referralTree: referralTreeReads(db),
  principals: principalReads(db),
  settings: settingReads(db),
  webhooks: webhookReads(db),
})

export type ReadSide = ReturnType<typeof readSide>
