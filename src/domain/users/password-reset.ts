import { fold } from '../decision.ts'
import type { Instant } from '../event.ts'

export type PasswordReset =
  | { readonly status: 'none' }
  | {
      readonly status: 'open'
      readonly resetId: string
      readonly expiresAt: Instant
      readonly requestedEventId: string
    }
  | { readonly status: 'used'; readonly resetId: string }

/** The one reset link of a user that counts: the newest. Whatever changes the password or the address makes it void. */
export const passwordReset = fold<PasswordReset>(
  { status: 'none' },
  {
    PasswordResetRequested: (_, { id, data: { resetId, expiresAt } }) => ({
      status: 'open',
      resetId,
      expiresAt,
      requestedEventId: id,
    }),
    PasswordChanged: (state) =>
      state.status === 'open' ? { status: 'used', resetId: state.resetId } : state,
    AddressReleased: (state) =>
      state.status === 'open' ? { status: 'used', resetId: state.resetId } : state,
    UserErased: () => ({ status: 'none' }),
  },
)
