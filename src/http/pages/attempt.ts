import type { House } from '../house.ts'

/**
 * An id made when a form is shown, bound to whom it is shown and to what it is for. What the form makes gets its id
 * from here, so a double click, a retry after a lost answer or a reload sends the same wish again and is answered as
 * it was the first time. In another browser or another form it is worth nothing.
 */
export const newAttempt = (house: House, bearer: string): string => {
  const id = house.newId()
  return `${id}.${house.sign('attempt', `${id} ${bearer}`)}`
}

export const readAttempt = (
  house: House,
  bearer: string | null,
  field: string | undefined,
): string | null => {
  const [id = '', signature = ''] = (field ?? '').split('.')
  return bearer !== null && house.verifySignature('attempt', `${id} ${bearer}`, signature) ? id : null
}
