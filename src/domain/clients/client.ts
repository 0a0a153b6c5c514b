import { z } from 'zod'
import { fold } from '../decision.ts'
import type { ClientKind } from './events.ts'

export const MAX_REDIRECT_URIS = 10
const MAX_URI_LENGTH = 500

export type Client =
  | { readonly status: 'unknown' | 'removed' }
  | {
      readonly status: 'registered'
      readonly name: string
      readonly kind: ClientKind
      readonly redirectUris: readonly string[]
    }

export const client = fold<Client>(
  { status: 'unknown' },
  {
    ClientRegistered: (_, { data: { name, kind, redirectUris } }) => ({
      status: 'registered',
      name,
      kind,
      redirectUris,
    }),
    ClientChanged: (state, { data: { name, redirectUris } }) =>
      state.status === 'registered'
        ? { ...state, name: name ?? state.name, redirectUris: redirectUris ?? state.redirectUris }
        : state,
    ClientRemoved: () => ({ status: 'removed' }),
  },
)

/** The name stands on the page where users decide: what can't be seen can't be in it. */
export const clientNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(name), {
    error: 'name_has_control_characters',
  })

export const redirectUrisSchema = z.array(z.string().max(MAX_URI_LENGTH)).min(1).max(MAX_REDIRECT_URIS)

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where an answer may be sent: TLS, or this very machine. Requests are compared letter by letter (RFC 9700, 4.1.3), so
 * a URI has to stand in the one spelling that programs send it in, and a fragment or a user has no place in it.
 */
const isRedirectUri = (text: string): boolean => {
  const url = URL.parse(text)
  if (!url || text.includes('#') || text.includes('*') || url.username !== '' || url.password !== '')
    return false
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))
  return isSafe && (url.href === text || url.href === `${text}/`)
}

/** Which of the URIs, counted from 1, can't be registered: the first that is unfit or stands there twice. */
export const unfitRedirectUri = (uris: readonly string[]): number | null => {
  const index = uris.findIndex((uri, place) => !isRedirectUri(uri) || uris.indexOf(uri) !== place)
  return index < 0 ? null : index + 1
}
