/** A picture as a setting keeps it: `image/png;base64,…`. It is shown on every page: small is a courtesy. */
export const MAX_LOGO_BYTES = 24 * 1024
export const logoTypes = ['image/png', 'image/jpeg', 'image/webp'] as const
export type LogoType = (typeof logoTypes)[number]
export type Logo = { readonly type: LogoType; readonly base64: string }

const VALUE = /^(image\/(?:png|jpeg|webp));base64,([A-Za-z0-9+/]+={0,2})$/

const startsWith = (bytes: string, start: readonly number[], at = 0): boolean =>
  start.every((byte, n) => bytes.charCodeAt(at + n) === byte)

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8, 0xff]
const RIFF = [0x52, 0x49, 0x46, 0x46]
const WEBP = [0x57, 0x45, 0x42, 0x50]

/** What a file is by its first bytes, whatever it is called. A drawing (SVG) can carry scripts, and is none of these. */
const typeOf = (bytes: string): LogoType | null => {
  if (startsWith(bytes, PNG)) return 'image/png'
  if (startsWith(bytes, JPEG)) return 'image/jpeg'
  return startsWith(bytes, RIFF) && startsWith(bytes, WEBP, 8) ? 'image/webp' : null
}

export const readLogo = (value: string): Logo | null => {
  const [, type, base64 = ''] = VALUE.exec(value) ?? []
  return type === undefined ? null : { type: type as LogoType, base64 }
}

/** The value for a file's bytes (one character a byte); null where they are no picture that we show. */
export const logoValue = (bytes: string): string | null => {
  const type = typeOf(bytes)
  return type === null ? null : `${type};base64,${btoa(bytes)}`
}

/** What is wrong with a logo; null for nothing. */
export const logoProblem = (value: string): 'too_large' | 'no_picture' | null => {
  const logo = readLogo(value)
  if (!logo || logo.base64.length % 4 !== 0) return 'no_picture'
  const bytes = atob(logo.base64)
  if (typeOf(bytes) !== logo.type) return 'no_picture'
  return bytes.length > MAX_LOGO_BYTES ? 'too_large' : null
}
