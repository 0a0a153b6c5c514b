import { hasExpired } from '../domain/invites/invite.ts'
import { insert, projection, type Reader, remove, update } from './projection.ts'

/** One row a code, kept after it was deleted; gone with its owner. Two rows with one code the database refuses. */
export const referralCodes = projection('referral-codes', ['referral_codes'], {
  ReferralCodeCreated: ({ at, data }) => [
    insert('referral_codes', {
      id: data.codeId,
      user_id: data.userId,
      code: data.code,
      description: data.description,
      created_at: at,
      expires_at: data.expiresAt,
      mailed_at: null,
      deleted_at: null,
    }),
  ],
  ReferralCodeMailed: ({ at, data }) => [update('referral_codes', { id: data.codeId }, { mailed_at: at })],
  ReferralCodeDeleted: ({ at, data }) => [update('referral_codes', { id: data.codeId }, { deleted_at: at })],
  UserErased: ({ data }) => [remove('referral_codes', { user_id: data.userId })],
})

/** A code as its owner sees it. */
export type ReferralCodeView = {
  readonly id: string
  readonly userId: string
  readonly code: string
  readonly description: string | null
  readonly createdAt: string
  readonly expiresAt: string
  /** When it was last mailed to somebody. */
  readonly mailedAt: string | null
}

/** What a code is good for: enough to come by it, and nothing of its owner but an id. */
export type CodeFound = {
  readonly codeId: string
  readonly referrerId: string
  readonly code: string
  readonly expiresAt: string
}

const COLUMNS = `id, user_id as "userId", code, description, created_at as "createdAt", expires_at as "expiresAt",
  mailed_at as "mailedAt"`

/** Codes that their owners have neither deleted nor, by being suspended, lost for a time. Expired ones are among them. */
const FOUND = `select c.id as "codeId", c.user_id as "referrerId", c.code, c.expires_at as "expiresAt"
  from referral_codes c join users u on u.id = c.user_id
  where c.deleted_at is null and u.suspended_at is null and c.code is not null`

export const referralCodeReads = (db: Reader) => ({
  /** A user's own code that counts; null once it has expired or was deleted. */
  async activeOf(userId: string, now: string): Promise<ReferralCodeView | null> {
    const row = await db.get<ReferralCodeView>(
      `select ${COLUMNS} from referral_codes
       where user_id = $1 and deleted_at is null order by id desc limit 1`,
      [userId],
    )
    return row && !hasExpired(row.expiresAt, now) ? row : null
  },

  /** What the history calls a code, whether it works or not; null if nobody who is still here ever had it. */
  async idOf(code: string): Promise<string | null> {
    return (await db.get<{ id: string }>(`select id from referral_codes where code = $1`, [code]))?.id ?? null
  },

  /** By the code itself, as `readCode` makes it of what was typed. Expired ones too: their holders are told so. */
  async byCode(code: string): Promise<CodeFound | null> {
    return (await db.get<CodeFound>(`${FOUND} and c.code = $1`, [code])) ?? null
  },

  /** By its owner's verified address (canonical form); the newest. */
  async byReferrerEmail(email: string): Promise<CodeFound | null> {
    const row = await db.get<CodeFound>(
      `${FOUND} and u.email = $1 and u.email_verified_at is not null order by c.id desc limit 1`,
      [email],
    )
    return row ?? null
  },
})
