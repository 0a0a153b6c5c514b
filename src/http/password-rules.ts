const MIN = 8
const MAX = 128

/** What is wrong with a new password, or null. Characters are counted as people see them: code points after NFC. */
export const passwordProblem = (password: string): 'empty' | 'short' | 'long' | null => {
  if (password === '') return 'empty'
  const length = Array.from(password.normalize('NFC')).length
  if (length < MIN) return 'short'
  return length > MAX ? 'long' : null
}
