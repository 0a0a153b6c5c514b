import type { DerivedTokens, FirstPasswords, VerificationCodes } from '../vault/derived-tokens.ts'
import type { MailSecrets } from './render.ts'

type Vault = {
  readonly tokens: DerivedTokens
  readonly firstPasswords: FirstPasswords
  readonly codes: VerificationCodes
}

/** What mails carry, derived anew each time that a mail is made. */
export const mailSecrets = ({ tokens, firstPasswords, codes }: Vault): MailSecrets => ({
  inviteToken: (inviteId) => tokens.make('invite', inviteId),
  signInToken: (linkId) => tokens.make('sign-in', linkId),
  firstPassword: (credentialId) => firstPasswords.make(credentialId),
  verificationToken: (verificationId) => tokens.make('verification', verificationId),
  verificationCode: (verificationId) => codes.make(verificationId),
  resetToken: (resetId) => tokens.make('password-reset', resetId),
})
