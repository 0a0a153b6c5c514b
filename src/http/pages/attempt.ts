import { derivedUlid } from '../api/derived-ulid.ts'
import type { House } from '../house.ts'

/**
 * An id made when a form is shown, bound to who it is shown to (a browser before the sign-in, a session after it) and
 * to where it leads. What the form makes gets its id from here, so a double click, a retry after a lost answer or a
 * reload sends the same wish again and is answered as it was the first time. Anywhere else it is worth nothing.
 */
export const newAttempt = (house: House, who: string, where: string): string => {
  const id = house.newId()
  return `${id}.${house.sign('attempt', `${id} ${who} ${where}`)}`
}

export const readAttempt = (
  house: House,
  who: string | null,
  where: string,
  field: string | undefined,
): string | null => {
  const [id = '', signature = ''] = (field ?? '').split('.')
  return who !== null && house.verifySignature('attempt', `${id} ${who} ${where}`, signature) ? id : null
}

const TIME_LETTERS = 10

/** The id of one of the things that a form makes: as old as the form, and always the same for the same thing. */
export const idFrom = (house: House, attempt: string, thing: string): string =>
  attempt.slice(0, TIME_LETTERS) + derivedUlid(house, `${attempt} ${thing}`).slice(TIME_LETTERS)
