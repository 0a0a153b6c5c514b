import { canonicalAddress } from '../../domain/address.ts'
import { readCode } from '../../domain/referrals/code.ts'
import { nameSchema } from '../../domain/users/change-profile.ts'
import { lengthProblem } from '../../domain/users/password.ts'
import { type Owner, problemOfNew } from '../acts/new-password.ts'
import type { Ctx, FieldError, Fields, Kit } from './kit.ts'
import type { TextKey } from './texts/en.ts'

const MAX_ADDRESS = 254

type Words = Pick<Kit, 't'>

/** What is wrong with a typed address; nothing, or one error for the field. */
export const addressErrors = ({ t }: Words, ctx: Ctx, typed: string, label: TextKey): FieldError[] => {
  const key: TextKey | null =
    typed === ''
      ? 'field.required'
      : typed.length > MAX_ADDRESS
        ? 'field.tooLong'
        : canonicalAddress(typed) === null
          ? 'field.email'
          : null
  return key === null ? [] : [{ field: 'email', label: t(ctx, label), message: t(ctx, key) }]
}

type PasswordLabels = { readonly password: TextKey; readonly repeat: TextKey }

/** What is wrong with how a password is chosen and typed twice, whatever it says. */
export const typedPasswordErrors = (
  { t }: Words,
  ctx: Ctx,
  { password = '', repeat }: Fields,
  labels: PasswordLabels,
): FieldError[] => {
  const problem = lengthProblem(password)
  if (problem) {
    return [{ field: 'password', label: t(ctx, labels.password), message: t(ctx, `password.${problem}`) }]
  }
  return password === repeat
    ? []
    : [{ field: 'repeat', label: t(ctx, labels.repeat), message: t(ctx, 'password.mismatch') }]
}

/** Everything that is wrong with a new password: how it is typed, and whether others would guess it. */
export const newPasswordErrors = async (
  { house, t }: Pick<Kit, 'house' | 't'>,
  ctx: Ctx,
  fields: Fields,
  labels: PasswordLabels,
  owner: Owner,
): Promise<FieldError[]> => {
  const errors = typedPasswordErrors({ t }, ctx, fields, labels)
  if (errors.length > 0) return errors
  const problem = await problemOfNew(house, fields['password'] ?? '', owner)
  return problem
    ? [{ field: 'password', label: t(ctx, labels.password), message: t(ctx, `password.${problem}`) }]
    : []
}

/** What is wrong with a typed name; leaving it empty is fine. */
export const nameErrors = ({ t }: Words, ctx: Ctx, typed: string, label: TextKey): FieldError[] => {
  if (typed === '') return []
  const parsed = nameSchema.safeParse(typed)
  if (parsed.success) return []
  const code = parsed.error.issues[0]?.message
  const key: TextKey =
    code === 'name_looks_like_a_link'
      ? 'users.name.link'
      : code === 'name_has_control_characters'
        ? 'users.name.control'
        : 'register.name.long'
  return [{ field: 'name', label: t(ctx, label), message: t(ctx, key) }]
}

/** What is wrong with a typed referral code, as far as one can see without asking whose it is. */
export const referralCodeErrors = (
  { t }: Words,
  ctx: Ctx,
  typed: string,
  isRequired: boolean,
): FieldError[] => {
  if (typed === '' ? !isRequired : readCode(typed) !== null) return []
  const message = t(ctx, typed === '' ? 'field.required' : 'referral.malformed')
  return [{ field: 'referralCode', label: t(ctx, 'register.referralCode'), message }]
}
