import type { House } from '../house.ts'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ULID_BITS = 128n

/** An id in the form of a ULID that is always the same for the same text: 128 bits of a keyed digest. */
export const derivedUlid = (house: House, text: string): string => {
  const digest = Buffer.from(house.sign('id', text), 'base64url').subarray(0, Number(ULID_BITS / 8n))
  let rest = BigInt(`0x${digest.toString('hex')}`)
  let ulid = ''
  for (let letter = 0; letter < 26; letter++) {
    ulid = CROCKFORD.charAt(Number(rest & 31n)) + ulid
    rest >>= 5n
  }
  return ulid
}

const TIME_LENGTH = 10

/** An id of now, whose end is always the same for the same text: what was made before bears the same end. */
export const ulidEnding = (house: House, text: string): { readonly id: string; readonly end: string } => {
  const end = derivedUlid(house, text).slice(TIME_LENGTH)
  return { id: house.newId().slice(0, TIME_LENGTH) + end, end }
}
