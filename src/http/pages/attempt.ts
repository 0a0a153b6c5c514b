import type { House } from '../house.ts'
import type { Guards } from './csrf.ts'
import type { Ctx } from './kit.ts'

/**
 * The id that the session will get if this form is sent, made when the form is shown and bound to the browser it
 * is shown in. A double click or a retry after a lost answer sends the same id, and is answered as the first was;
 * in another browser it is worth nothing.
 */
export const newAttempt = (house: House, guards: Guards, ctx: Ctx): string => {
  const id = house.newId()
  return `${id}.${house.sign('attempt', `${id} ${guards.preNonce(ctx)}`)}`
}

export const readAttempt = (
  house: House,
  guards: Guards,
  ctx: Ctx,
  field: string | undefined,
): string | null => {
  const [id = '', signature = ''] = (field ?? '').split('.')
  return house.verifySignature('attempt', `${id} ${guards.preNonce(ctx)}`, signature) ? id : null
}
