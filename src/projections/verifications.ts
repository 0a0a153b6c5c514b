import { insert, projection, type Reader, remove, update } from './projection.ts'

/** One row a code and link that was mailed, and one a reset link: which of them still count. */
export const verifications = projection('verifications', ['verifications', 'password_resets'], {
  VerificationIssued: ({ data }) => [
    update('verifications', { user_id: data.userId, status: 'open' }, { status: 'replaced' }),
    insert('verifications', {
      id: data.verificationId,
      user_id: data.userId,
      email: data.email,
      purpose: data.purpose,
      code_expires_at: data.codeExpiresAt,
      link_expires_at: data.linkExpiresAt,
      status: 'open',
    }),
  ],
  EmailVerified: ({ data }) => [
    update('verifications', { user_id: data.userId, status: 'open' }, { status: 'used' }),
  ],
  PasswordResetRequested: ({ data }) => [
    update('password_resets', { user_id: data.userId, status: 'open' }, { status: 'replaced' }),
    insert('password_resets', {
      id: data.resetId,
      user_id: data.userId,
      expires_at: data.expiresAt,
      status: 'open',
    }),
  ],
  PasswordChanged: ({ data }) => [
    update('password_resets', { user_id: data.userId, status: 'open' }, { status: 'used' }),
  ],
  AddressReleased: ({ data }) => [
    update('password_resets', { user_id: data.userId, status: 'open' }, { status: 'used' }),
  ],
  UserErased: ({ data }) => [
    remove('verifications', { user_id: data.userId }),
    remove('password_resets', { user_id: data.userId }),
  ],
})

export type VerificationView = {
  readonly id: string
  readonly userId: string
  /** The address to confirm. */
  readonly email: string | null
  readonly purpose: 'registration' | 'email-change' | 'taken'
  readonly codeExpiresAt: string
  readonly linkExpiresAt: string
  readonly status: 'open' | 'used' | 'replaced'
}

export type PasswordResetView = {
  readonly id: string
  readonly userId: string
  readonly expiresAt: string
  readonly status: 'open' | 'used' | 'replaced'
}

const COLUMNS = `id, user_id as "userId", email, purpose, code_expires_at as "codeExpiresAt",
  link_expires_at as "linkExpiresAt", status`

export const verificationReads = (db: Reader) => ({
  async get(id: string): Promise<VerificationView | null> {
    return (
      (await db.get<VerificationView>(`select ${COLUMNS} from verifications where id = $1`, [id])) ?? null
    )
  },

  /** The one that counts for a user; null when there is nothing to confirm. */
  async openOf(userId: string): Promise<VerificationView | null> {
    const row = await db.get<VerificationView>(
      `select ${COLUMNS} from verifications where user_id = $1 and status = 'open'`,
      [userId],
    )
    return row ?? null
  },

  async passwordReset(id: string): Promise<PasswordResetView | null> {
    const row = await db.get<PasswordResetView>(
      `select id, user_id as "userId", expires_at as "expiresAt", status from password_resets where id = $1`,
      [id],
    )
    return row ?? null
  },
})
