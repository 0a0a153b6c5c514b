import { z } from 'zod'
import { beginSession, refreshSession } from '../acts/tokens.ts'
import { type Problem, type ProblemCode, wordingOf } from '../problems.ts'
import { type Answer, operation } from './operation.ts'
import { accessFor } from './sessions.ts'

// RFC 6749, 5.1 and 5.2: the names of fields and errors are the standard's, and so is the form that carries them.

const HEADERS = { 'cache-control': 'no-store', pragma: 'no-cache' }

const tokenSchema = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'seconds', examples: [600] }),
    refresh_token: z.string(),
  })
  .meta({ id: 'OAuthTokens' })

const errors = ['invalid_request', 'invalid_grant', 'unsupported_grant_type'] as const
type OAuthError = (typeof errors)[number]

const errorSchema = z
  .strictObject({ error: z.enum(errors), error_description: z.string() })
  .meta({ id: 'OAuthError', description: 'RFC 6749, 5.2' })

const refused = (error: OAuthError, description: string): Answer => ({
  status: 400,
  // The standard allows printable ASCII without quotes here.
  body: { error, error_description: description.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'") },
  headers: HEADERS,
})

const ERROR_OF: Partial<Readonly<Record<ProblemCode, OAuthError>>> = {
  malformed_body: 'invalid_request',
  unsupported_media_type: 'invalid_request',
  invalid_input: 'invalid_request',
  token_invalid: 'invalid_grant',
  credentials_wrong: 'invalid_grant',
  user_suspended: 'invalid_grant',
  first_password_used: 'invalid_grant',
  first_password_expired: 'invalid_grant',
}

const answerTo = ({ code }: Problem): Answer | null => {
  const error = ERROR_OF[code]
  return error ? refused(error, wordingOf(code)) : null
}

/** A parameter without a value counts as left out (RFC 6749, 3.2). */
const parameter = z
  .string()
  .max(1000)
  .optional()
  .transform((text) => (text === '' ? undefined : text))

const body = z
  .object({
    grant_type: parameter.meta({ description: '`password` or `refresh_token`', examples: ['password'] }),
    username: parameter.meta({ description: 'the address', examples: ['ada@example.org'] }),
    password: parameter.meta({ examples: ['correct-horse-battery'] }),
    refresh_token: parameter,
  })
  .meta({
    examples: [{ grant_type: 'password', username: 'ada@example.org', password: 'correct-horse-battery' }],
  })

export const oauthOperations = [
  operation({
    operationId: 'issueToken',
    method: 'post',
    path: '/oauth/token',
    tag: 'sessions',
    summary: 'Get tokens as OAuth 2.0 has it',
    description:
      'For first-party programs, and for “Authorize” in Swagger UI: `grant_type=password` with `username` and `password`, or `grant_type=refresh_token` with `refresh_token`, as a form. Other applications use OpenID Connect.',
    who: 'anonymous',
    body,
    foreign: { answerTo },
    answers: {
      200: { description: 'tokens', schema: tokenSchema },
      400: { description: 'why not, as RFC 6749 says it', schema: errorSchema },
    },
    refusals: [
      'too_many_requests',
      'token_invalid',
      'credentials_wrong',
      'user_suspended',
      'first_password_used',
      'first_password_expired',
    ],
    async handle({ house, body: given, device, correlation }) {
      const { grant_type: grant, username, password, refresh_token: refreshToken } = given
      if (grant === undefined) return refused('invalid_request', 'grant_type is missing')
      if (grant !== 'password' && grant !== 'refresh_token') {
        return refused('unsupported_grant_type', 'grant_type must be password or refresh_token')
      }
      const begin = () => {
        if (grant === 'refresh_token') {
          return refreshToken === undefined
            ? null
            : refreshSession(house, refreshToken, device(), correlation)
        }
        if (username === undefined || password === undefined) return null
        return beginSession(house, { email: username, password }, device(), correlation)
      }
      const held = await begin()
      if (!held) {
        const needed = grant === 'password' ? 'username and password' : 'refresh_token'
        return refused('invalid_request', `${needed} must be given`)
      }
      const access = await accessFor(house, held.sessionId)
      if (!access) return refused('invalid_grant', wordingOf('token_invalid'))
      const tokens = {
        access_token: access.accessToken,
        token_type: 'Bearer',
        expires_in: access.expiresIn,
        refresh_token: held.refreshToken,
      }
      return { status: 200, body: tokens, headers: HEADERS }
    },
  }),
]
