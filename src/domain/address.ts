import { z } from 'zod'

const MAX_ADDRESS_LENGTH = 254 // RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets
const MAX_LOCAL_LENGTH = 64

// RFC 5321 dot-string: quoted local parts and non-ASCII ones are refused, because two mail servers may read them differently.
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const ASCII_DOMAIN =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/
// The URL parser drops line breaks and invisible characters, decodes %61 and takes :80 for a port: none of it is a domain.
const TYPED_DOMAIN = /^(?:[A-Za-z0-9.-]|[^\p{ASCII}\p{C}\p{Z}\p{Default_Ignorable_Code_Point}])+$/u
const LOOPBACK_DOMAIN = 'localhost'

/** IDN to ASCII as browsers do it (WHATWG URL); null for what is no host name. */
const asciiDomain = (domain: string): string | null => {
  if (!TYPED_DOMAIN.test(domain)) return null
  const composed = domain.normalize('NFC')
  // Full-width letters and dots look like ASCII and would be mapped onto it: one look, two spellings. Refuse them.
  if (composed !== composed.normalize('NFKC')) return null
  return URL.parse(`http://${composed}/`)?.hostname ?? null
}

/**
 * The one spelling that decides who somebody is: lower case, domain in ASCII. `a+b@x.org` stays apart from `a@x.org`.
 * Null when it is no address that we send mail to. Idempotent: the canonical form of a canonical form is itself.
 */
export const canonicalAddress = (input: string): string | null => {
  if (input.length > MAX_ADDRESS_LENGTH) return null
  const at = input.lastIndexOf('@')
  const local = input.slice(0, at)
  if (at < 1 || local.length > MAX_LOCAL_LENGTH || !LOCAL_PART.test(local)) return null
  const domain = asciiDomain(input.slice(at + 1))
  if (!domain || !(ASCII_DOMAIN.test(domain) || domain === LOOPBACK_DOMAIN)) return null
  const canonical = `${local.toLowerCase()}@${domain}`
  return canonical.length <= MAX_ADDRESS_LENGTH ? canonical : null
}

/** An e-mail address as people type it; parsing trims it and answers the canonical form. */
export const addressSchema = z
  .string()
  .trim()
  .min(1, { error: 'address_missing', abort: true })
  .max(MAX_ADDRESS_LENGTH, { error: 'address_too_long', abort: true })
  .transform((input, context) => {
    const canonical = canonicalAddress(input)
    if (canonical) return canonical
    context.addIssue({ code: 'custom', message: 'address_malformed' })
    return z.NEVER
  })

/**
 * `ada.lovelace@example.org` → `a•••e@example.org`: enough for its owner to know it, too little for others to learn
 * it. Never shows half of the local part, nor how long it is.
 */
export const maskAddress = (address: string): string => {
  const at = address.lastIndexOf('@')
  if (at < 0) return '•••'
  const local = address.slice(0, at)
  const first = local.length < 3 ? '' : local.slice(0, 1)
  const last = local.length < 5 ? '' : local.slice(-1)
  return `${first}•••${last}${address.slice(at)}`
}
