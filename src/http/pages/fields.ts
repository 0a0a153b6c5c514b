import { canonicalAddress } from '../../domain/address.ts'
import { nameSchema } from '../../domain/users/change-profile.ts'
import { passwordProblem } from '../password-rules.ts'
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

/** What is wrong with a password that is chosen and typed twice. */
export const newPasswordErrors = (
  { t }: Words,
  ctx: Ctx,
  { password = '', repeat }: Fields,
  labels: { readonly password: TextKey; readonly repeat: TextKey },
): FieldError[] => {
  const problem = passwordProblem(password)
  if (problem) {
    return [{ field: 'password', label: t(ctx, labels.password), message: t(ctx, `password.${problem}`) }]
  }
  return password === repeat
    ? []
    : [{ field: 'repeat', label: t(ctx, labels.repeat), message: t(ctx, 'password.mismatch') }]
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
