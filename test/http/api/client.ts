import { expect } from 'vitest'
import { ADMIN, enrolAdmin } from '../../support/admin.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { linkIn } from '../../support/visitor.ts'
import { Contract, type OpenApi } from './contract.ts'

export type Json = Readonly<Record<string, unknown>>
export type Reply = { readonly status: number; readonly headers: Headers; readonly body: Json }

export type Request = {
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export type Tokens = { readonly accessToken: string; readonly refreshToken: string; readonly userId: string }

const PREFIX = '/api/v1'

export const tokensOf = ({ body }: Reply): Tokens => ({
  accessToken: String(body['accessToken']),
  refreshToken: String(body['refreshToken']),
  userId: String((body['user'] as Json)['id']),
})

/** A caller of the API who holds every answer against the API's own description. */
export class Api {
  readonly app: TestApp
  readonly contract: Contract

  private constructor(app: TestApp, contract: Contract) {
    this.app = app
    this.contract = contract
  }

  /** A service of its own with an admin in it. */
  static async open(
    environment: Record<string, string> = {},
    options: Parameters<typeof openTestApp>[1] = {},
  ): Promise<Api & { adminId: string }> {
    const app = await openTestApp(environment, options)
    const adminId = await enrolAdmin(app.floor)
    const document = await fetch(`${app.address}${PREFIX}/openapi.json`)
    return Object.assign(new Api(app, new Contract((await document.json()) as OpenApi)), { adminId })
  }

  async call(method: string, path: string, { body, raw, token, headers }: Request = {}): Promise<Reply> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${this.app.address}${PREFIX}${path}`, {
      method,
      headers: {
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    const answer = text === '' ? undefined : (JSON.parse(text) as Json)
    const type = response.headers.get('content-type')
    if (method !== 'HEAD')
      this.contract.check(method, path.split('?')[0] ?? '', { status: response.status, type, body: answer })
    return { status: response.status, headers: response.headers, body: answer ?? {} }
  }

  /** Calls and expects a refusal: its status and code are the answer. */
  async refusal(method: string, path: string, request: Request = {}): Promise<[number, unknown]> {
    const { status, body } = await this.call(method, path, request)
    return [status, body['code']]
  }

  async signIn({ email, password }: { email: string; password: string } = ADMIN): Promise<Tokens> {
    const answer = await this.call('POST', '/sessions', { body: { email, password } })
    expect(answer.status).toBe(201)
    return tokensOf(answer)
  }

  /** Issues an invite and answers it as it was answered. */
  async issue(token: string, email: string, more: Json = {}): Promise<Json & { readonly id: string }> {
    const answer = await this.call('POST', '/invites', { token, body: { email, ...more } })
    expect(answer.status).toBe(201)
    return { ...answer.body, id: String(answer.body['id']) }
  }

  /** The token in the newest invite mail to an address. */
  async inviteToken(email: string): Promise<string> {
    const mail = (await this.app.mailsTo(email)).findLast(({ text }) => text.includes('/invites/'))
    return new URL(linkIn(mail?.text ?? '', '/invites/')).pathname.slice('/invites/'.length)
  }

  /** Somebody who was invited and has redeemed. */
  async member(adminToken: string, email: string, more: Json = {}): Promise<Tokens> {
    await this.issue(adminToken, email, more)
    const token = await this.inviteToken(email)
    const answer = await this.call('POST', '/invite-redemptions', { body: { token } })
    expect(answer.status).toBe(201)
    return tokensOf(answer)
  }

  /** The first password that was mailed. */
  async firstPassword(email: string): Promise<string> {
    const mails = await this.app.mailsTo(email)
    return /First password: (\S+)/.exec(mails.map(({ text }) => text).join('\n'))?.[1] ?? ''
  }

  eventCount(): Promise<number> {
    return this.app.floor.store.head()
  }
}
