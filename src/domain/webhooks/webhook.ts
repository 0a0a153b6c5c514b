import { z } from 'zod'
import { fold } from '../decision.ts'

export const MAX_URL_LENGTH = 500
export const MAX_DESCRIPTION_LENGTH = 200
/** Time enough to bring a new secret to every machine that checks with it. */
export const MAX_OVERLAP_MS = 7 * 86_400_000

export type Webhook =
  | { readonly status: 'unknown' | 'removed' }
  | {
      readonly status: 'active' | 'paused' | 'disabled'
      readonly url: string
      readonly description: string
      readonly types: readonly string[]
      readonly secretId: string
      readonly rewindId: string | null
    }

const turned = (state: Webhook, status: 'active' | 'paused' | 'disabled'): Webhook =>
  'url' in state ? { ...state, status } : state

export const webhook = fold<Webhook>(
  { status: 'unknown' },
  {
    WebhookRegistered: (_, { data: { url, description, types, secretId } }) => ({
      status: 'active',
      url,
      description: description ?? '',
      types,
      secretId,
      rewindId: null,
    }),
    WebhookChanged: (state, { data: { url, description, types } }) =>
      'url' in state
        ? {
            ...state,
            url: url ?? state.url,
            description: description ?? state.description,
            types: types ?? state.types,
          }
        : state,
    WebhookPaused: (state) => turned(state, 'paused'),
    WebhookResumed: (state) => turned(state, 'active'),
    WebhookDisabled: (state) => turned(state, 'disabled'),
    WebhookSecretRotated: (state, { data: { secretId } }) =>
      'url' in state ? { ...state, secretId } : state,
    WebhookRewound: (state, { data: { rewindId } }) => ('url' in state ? { ...state, rewindId } : state),
    WebhookRemoved: () => ({ status: 'removed' }),
  },
)

export const webhookUrlSchema = z.string().max(MAX_URL_LENGTH)

/** A note for admins, in one line: what can't be seen can't be in it. */
export const webhookDescriptionSchema = z
  .string()
  .trim()
  .max(MAX_DESCRIPTION_LENGTH)
  .refine((text) => !/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(text), {
    error: 'description_has_control_characters',
  })

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where messages may be sent: over TLS; in clear only to this very machine, where the service itself is at home for
 * development. A secret has no place in it (the signature is what a receiver knows us by), so neither a user nor a query.
 */
export const isWebhookUrl = (text: string, isAtHome: boolean): boolean => {
  const url = URL.parse(text)
  if (!url || /[?#*\s]/.test(text) || url.username !== '' || url.password !== '') return false
  const isLocal = LOOPBACK.has(url.hostname)
  const isSafe =
    url.protocol === 'https:' ? !isLocal || isAtHome : url.protocol === 'http:' && isLocal && isAtHome
  // One spelling: 2130706433 and 0x7f.1 are machines as well, and nobody sees which.
  return isSafe && (url.href === text || url.href === `${text}/`)
}
