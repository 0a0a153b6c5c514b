const MIN = 8
const MAX = 128

export type LengthProblem = 'empty' | 'short' | 'long'

/** Why a new password will not do: its length, or that others would guess it. */
export type PasswordProblem = LengthProblem | 'common' | 'own' | 'weak'

/** What is wrong with a password's length, or null. Characters are counted as people see them: code points after NFC. */
export const lengthProblem = (password: string): LengthProblem | null => {
  if (password === '') return 'empty'
  const length = Array.from(password.normalize('NFC')).length
  if (length < MIN) return 'short'
  return length > MAX ? 'long' : null
}
