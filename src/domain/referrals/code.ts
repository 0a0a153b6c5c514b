import { z } from 'zod'

/** Crockford's base 32: no letter that is mistaken for a digit, and no words by accident. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LETTERS = 16
const BITS_A_LETTER = 5
const GROUP = /.{4}(?=.)/g

/** 80 random bits come to 16 letters. */
export const CODE_BYTES = (LETTERS * BITS_A_LETTER) / 8

export const codeSchema = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{16}$/)

/** The letters of a code, from as many random bytes as it takes. */
export const codeFrom = (bytes: Uint8Array): string => {
  let bits = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n)
  let code = ''
  for (let n = 0; n < LETTERS; n++) {
    code = `${ALPHABET[Number(bits & 31n)]}${code}`
    bits >>= 5n
  }
  return code
}

/** As people read and write it: XXXX-XXXX-XXXX-XXXX. */
export const shownCode = (code: string): string => code.replace(GROUP, '$&-')

/** What somebody typed, as the code it means; null when it can't be one. */
export const readCode = (typed: string): string | null => {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Dash}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return codeSchema.safeParse(code).success ? code : null
}
