import { expect } from 'vitest'

/** A page as a visitor got it. */
export type Page = {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  readonly location: string | null
}

export type Form = {
  readonly action: string
  readonly method: string
  readonly fields: Record<string, string>
}

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value?.replaceAll('&quot;', '"').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&')
}

/** The forms of a page with the values they would send untouched. */
export const formsOf = (html: string): Form[] =>
  [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => {
    const fields: Record<string, string> = {}
    for (const [tag] of body.matchAll(/<input\b[^>]*>/g)) {
      const name = attribute(tag, 'name')
      const type = attribute(tag, 'type')
      const unchosen = (type === 'radio' || type === 'checkbox') && !/\schecked/.test(tag)
      if (name !== undefined && !unchosen && type !== 'submit') fields[name] = attribute(tag, 'value') ?? ''
    }
    for (const [, tag = '', options = ''] of body.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
      const name = attribute(tag, 'name')
      const chosen =
        /<option\b[^>]*\sselected[^>]*>/.exec(options)?.[0] ?? /<option\b[^>]*>/.exec(options)?.[0] ?? ''
      if (name !== undefined) fields[name] = attribute(chosen, 'value') ?? ''
    }
    for (const [, tag = '', text = ''] of body.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)) {
      const name = attribute(tag, 'name')
      if (name !== undefined) fields[name] = text
    }
    return { action: attribute(head, 'action') ?? '', method: attribute(head, 'method') ?? 'get', fields }
  })

/**
 * Somebody with a browser but without scripts: keeps cookies, reads forms from the page, follows no redirect
 * unless asked to. What a form does not offer, this visitor can't send by accident.
 */
export class Visitor {
  readonly #base: string
  readonly #cookies = new Map<string, string>()
  readonly userAgent: string

  constructor(base: string, userAgent = 'Visitor/1.0') {
    this.#base = base
    this.userAgent = userAgent
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  /** The same cookies in another browser. */
  stolenBy(userAgent: string): Visitor {
    const thief = new Visitor(this.#base, userAgent)
    for (const [name, value] of this.#cookies) thief.#cookies.set(name, value)
    return thief
  }

  async request(
    method: string,
    path: string,
    init: { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    const url = new URL(path, this.#base)
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'user-agent': this.userAgent,
        accept: 'text/html',
        'accept-language': 'en',
        ...(this.#cookies.size
          ? { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') }
          : {}),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return {
      status: response.status,
      url: url.pathname + url.search,
      html: await response.text(),
      headers: response.headers,
      location: response.headers.get('location'),
    }
  }

  /** How an answer that has no end begins. */
  async begin(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Pick<Page, 'status' | 'location'>> {
    const enough = new AbortController()
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(new URL(path, this.#base), {
      redirect: 'manual',
      headers: { 'user-agent': this.userAgent, cookie, ...headers },
      signal: enough.signal,
    })
    enough.abort()
    return { status: response.status, location: response.headers.get('location') }
  }

  get(path: string): Promise<Page> {
    return this.request('GET', path)
  }

  /** Posts fields as a form of this site would. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.request('POST', path, {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(this.#base).origin,
        ...headers,
      },
    })
  }

  /** Fills in and sends the form of a page whose action fits, with everything else as the page had it. */
  submit(page: Page, action: string | RegExp, fields: Record<string, string> = {}): Promise<Page> {
    const forms = formsOf(page.html).filter((form) => form.method.toLowerCase() === 'post')
    const form = forms.find((one) => {
      const target = new URL(one.action, new URL(page.url, this.#base)).pathname
      return typeof action === 'string' ? target === action : action.test(target)
    })
    expect(form, `a form that posts to ${String(action)} on ${page.url}`).toBeDefined()
    const target = new URL(form?.action ?? '', new URL(page.url, this.#base))
    return this.post(target.pathname + target.search, { ...form?.fields, ...fields })
  }

  async follow(page: Page): Promise<Page> {
    expect(page.location, `a redirect, not ${page.status}`).not.toBeNull()
    return this.get(page.location ?? '/')
  }

  /** Signs in on the main page and answers the page after the redirect. */
  async signIn(login: string, password: string): Promise<Page> {
    const answer = await this.submit(await this.get('/'), '/', { login, password })
    return answer.location === null ? answer : this.follow(answer)
  }
}

/** The first link in a mail's text that leads to a path of this kind; links stand alone on their lines. */
export const linkIn = (text: string, path: string): string => {
  const line = text
    .split('\n')
    .find((one) => /^https?:\/\/\S+$/.test(one) && new URL(one).pathname.startsWith(path))
  expect(line, `a link to ${path}`).toBeDefined()
  return line ?? ''
}
