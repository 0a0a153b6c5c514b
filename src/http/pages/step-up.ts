import type { Principal } from '../context.ts'
import type { House } from '../house.ts'
import type { Ctx, FieldError, Fields, Kit } from './kit.ts'
import { enter } from './session.ts'

const FRESH_MS = 10 * 60_000

/** When somebody last showed in this session who they are: by signing in, or by the password since. */
const lastProof = (ctx: Ctx, { session }: Principal): string => {
  const later = ctx.session?.provenAt
  return later !== undefined && later > session.startedAt ? later : session.startedAt
}

/**
 * Whether an admin has to show the password again before what cannot be taken back: whoever finds an unlocked screen
 * is not the admin. Who has no password of their own could not show one.
 */
export const mustProve = (house: House, ctx: Ctx, admin: Principal): boolean =>
  admin.user.credentialKind === 'chosen' &&
  Date.parse(house.now()) - Date.parse(lastProof(ctx, admin)) > FRESH_MS

/** Takes the password from the form where it is due. The session goes on under a new cookie. */
export const proveAgain = async (
  { house, t }: Kit,
  ctx: Ctx,
  admin: Principal,
  fields: Fields,
): Promise<readonly FieldError[]> => {
  if (!mustProve(house, ctx, admin)) return []
  const wrong = (key: 'field.required' | 'password.wrong'): readonly FieldError[] => [
    { field: 'current', label: t(ctx, 'password.current'), message: t(ctx, key) },
  ]
  const password = fields['current'] ?? ''
  if (password === '') return wrong('field.required')
  const proven = await house.passwords.prove(admin.user.id, password)
  const held = await house.reads.users.credential(admin.user.id)
  if (proven === null || proven !== held?.credentialId) return wrong('password.wrong')
  await enter(house, ctx, admin.session.id)
  if (ctx.session) ctx.session.provenAt = house.now()
  return []
}
