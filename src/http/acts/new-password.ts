import type { PasswordProblem } from '../../domain/users/password.ts'
import type { House } from '../house.ts'
import { wrongField } from '../middleware/input.ts'

/** Whose password it is going to be: who must not be found in it. */
export type Owner = { readonly email: string | null; readonly name: string | null }

export const ownerOf = async ({ reads }: House, userId: string): Promise<Owner> => {
  const user = await reads.users.get(userId)
  return { email: user?.email ?? null, name: user?.name ?? null }
}

/** Everybody asks this before a password is kept, and whether the address is known plays no part in it. */
export const problemOfNew = (
  house: House,
  password: string,
  { email, name }: Owner,
): Promise<PasswordProblem | null> => house.passwords.judge(password, [email, name])

const CODES = {
  empty: 'password_length',
  short: 'password_length',
  long: 'password_length',
  common: 'password_common',
  own: 'password_own',
  weak: 'password_weak',
} as const satisfies Record<PasswordProblem, string>

/** The same for the API: throws `invalid_input` that points at the field. */
export const mustBeGood = async (
  house: House,
  field: 'password' | 'newPassword',
  password: string,
  owner: Owner,
): Promise<void> => {
  const problem = await problemOfNew(house, password, owner)
  if (problem) throw wrongField(`/${field}`, CODES[problem])
}
