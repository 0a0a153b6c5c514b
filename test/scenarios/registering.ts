import { expect } from 'vitest'
import type { Api, Json, Reply } from '../http/api/client.ts'

export const PASSWORD = 'a-fence-of-nine-planks'
export const OTHER_PASSWORD = 'seven-ducks-and-a-spade'

export type Registered = {
  readonly id: string
  readonly email: string
  readonly access: string
  readonly refresh: string
  /** Good for this registration alone. */
  readonly registration: string
  readonly body: Json
}

/** People who register by themselves, as an application of theirs would do it for them. */
export const registeringAt = (api: Api) => {
  const register = async (email: string, more: Json = { password: PASSWORD }): Promise<Registered> => {
    const { status, body } = await api.call('POST', '/users', { body: { email, ...more } })
    expect(status).toBe(201)
    return {
      id: String(body['id']),
      email: String(body['email']),
      access: String(body['accessToken']),
      refresh: String(body['refreshToken']),
      registration: String(body['registrationToken']),
      body,
    }
  }
  const codeTo = async (email: string): Promise<string> => {
    const text = (await api.app.mailsTo(email)).at(-1)?.text ?? ''
    return /^Code: (\d{6})$/m.exec(text)?.[1] ?? ''
  }
  const verify = (id: string, token: string, code: string): Promise<Reply> =>
    api.call('PUT', `/users/${id}/email-verification`, { token, body: { code } })
  const confirmed = async (email: string, more?: Json): Promise<Registered> => {
    const begun = await register(email, more)
    expect((await verify(begun.id, begun.access, await codeTo(begun.email))).status).toBe(200)
    return begun
  }
  return { register, codeTo, verify, confirmed }
}

/** Another code than this one. */
export const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

/** What a token says about its bearer, without asking whether it is true. */
export const claimsOf = (token: string): Json =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json
