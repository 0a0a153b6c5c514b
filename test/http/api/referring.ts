import { expect } from 'vitest'
import { DAY } from '../../support/house.ts'
import type { Api, Json, Reply } from './client.ts'

const PASSWORD = 'a-fence-of-nine-planks'

export type Member = {
  readonly id: string
  readonly email: string
  readonly token: string
  readonly at: string
}

export const codeIn = ({ body }: Reply): string => String(body['code'])

/** People who bring one another, as an application of theirs would do it for them. */
export const referringAt = (api: Api) => {
  let people = 0
  const register = (more: Json = {}): Promise<Reply> => {
    const body = { email: `referred${++people}@example.org`, password: PASSWORD, ...more }
    return api.call('POST', '/users', { body })
  }
  /** Whoever has registered reads the code from the mail, and confirms the address. */
  const confirmed = async ({ body }: Reply): Promise<Member> => {
    const [id, email, token] = [String(body['id']), String(body['email']), String(body['accessToken'])]
    const text = (await api.app.mailsTo(email)).at(-1)?.text ?? ''
    const sent = { code: /^Code: (\d{6})$/m.exec(text)?.[1] }
    const answer = await api.call('PUT', `/users/${id}/email-verification`, { token, body: sent })
    expect(answer.status).toBe(200)
    return { id, email, token, at: String(body['registeredAt']) }
  }
  const member = async (more: Json = {}): Promise<Member> => {
    const registered = await register(more)
    expect(registered.status).toBe(201)
    return confirmed(registered)
  }
  const code = async ({ token }: Pick<Member, 'token'>, more: Json = {}): Promise<string> => {
    const expiresAt = new Date(Date.parse(api.app.clock()) + 30 * DAY).toISOString()
    const made = await api.call('POST', '/me/referral-code', { token, body: { expiresAt, ...more } })
    expect(made.status).toBe(201)
    return codeIn(made)
  }
  /** The code that they have. */
  const codeOf = async ({ token }: Pick<Member, 'token'>): Promise<string> =>
    codeIn(await api.call('GET', '/me/referral-code', { token }))
  const redeem = ({ token }: Pick<Member, 'token'>, typed: string) =>
    api.refusal('POST', '/me/referrer', { token, body: { code: typed } })
  return { register, confirmed, member, code, codeOf, redeem, password: PASSWORD }
}
