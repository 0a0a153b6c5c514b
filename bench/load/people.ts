import { ADMIN } from '../admin.ts'
import { type Ask, type Asked, cookiesOf, jsonOf } from './ask.ts'
import type { Draw } from './draw.ts'
import type { Arrived } from './sink.ts'

/** Somebody who is signed in: a program with tokens, or a browser with a cookie. */
export type Caller = {
  readonly headers: Record<string, string>
  refreshToken: string
  inHand: number
  refreshing?: boolean
}

export type Person = { readonly email: string; readonly password: string }

const MAX_CALLERS = 400
const MAIL_PATIENCE_MS = 20_000
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) load'

/** An address on the inside of a proxy, so that nobody shares the limits of somebody else. */
export const somewhere = (draw: Draw): Record<string, string> => ({
  'user-agent': AGENT,
  'x-forwarded-for': `10.${draw.below(250)}.${draw.below(250)}.${1 + draw.below(250)}`,
})

const must = (answer: Asked, status: number, what: string): Asked => {
  if (answer.status === status) return answer
  throw new Error(`${what} answered ${answer.status}: ${answer.body.slice(0, 400)}`)
}

export const callerOf = (answer: Asked, headers: Record<string, string>): Caller => {
  const { accessToken, refreshToken } = jsonOf(answer)
  return {
    headers: { ...headers, authorization: `Bearer ${String(accessToken)}` },
    refreshToken: String(refreshToken),
    inHand: 0,
  }
}

/** The form of the main page, sent as a browser sends it. */
export const signInOnPage = async (
  ask: Ask,
  { email, password }: Person,
  headers: Record<string, string>,
): Promise<Asked> => {
  const form = await ask('GET', '/', { headers: { ...headers, accept: 'text/html' } })
  if (form.status !== 200) return form
  const csrf = /name="_csrf" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
  return ask('POST', '/', {
    headers: { ...headers, cookie: cookiesOf(form), 'sec-fetch-site': 'same-origin', accept: 'text/html' },
    form: { _csrf: csrf, login: email, password },
  })
}

export const browserOf = (answer: Asked, headers: Record<string, string>): Caller => ({
  headers: { ...headers, cookie: cookiesOf(answer), accept: 'text/html' },
  refreshToken: '',
  inHand: 0,
})

/** Everybody who takes part: an admin, people with passwords, those who are signed in, and those whose invites lie in their mail. */
export const openPeople = (ask: Ask, draw: Draw) => {
  const waiting = new Map<string, (code: string) => void>()
  const tokens: string[] = []
  const persons: Person[] = []
  const programs: Caller[] = []
  const browsers: Caller[] = []
  const admins: { program: Caller; browser: Caller }[] = []

  const join = (callers: Caller[], caller: Caller) => {
    if (callers.length < MAX_CALLERS) callers.push(caller)
    else callers[draw.below(callers.length)] = caller
  }
  const signIn = async (person: Person) => {
    const headers = somewhere(draw)
    const begun = await ask('POST', '/api/v1/sessions', { headers, json: person })
    const entered = await signInOnPage(ask, person, headers)
    return {
      program: callerOf(must(begun, 201, 'signing in'), headers),
      browser: browserOf(must(entered, 303, 'signing in on the page'), headers),
    }
  }

  /** Registers by the API, confirms with the code that is mailed, and signs in. */
  const register = async (n: number) => {
    const person = { email: `person-${n}@people.example.org`, password: `a quiet harbour ${n} at dusk` }
    const headers = somewhere(draw)
    const code = new Promise<string>((resolve, reject) => {
      waiting.set(person.email, resolve)
      setTimeout(() => reject(new Error(`no code came for ${person.email}`)), MAIL_PATIENCE_MS).unref()
    })
    code.catch(() => {}) // somebody else may have failed by then
    const registered = must(await ask('POST', '/api/v1/users', { headers, json: person }), 201, 'registering')
    const { id, registrationToken } = jsonOf(registered)
    must(
      await ask('PUT', `/api/v1/users/${String(id)}/email-verification`, {
        headers: { ...headers, authorization: `Bearer ${String(registrationToken)}` },
        json: { code: await code },
      }),
      200,
      'confirming',
    )
    persons.push(person)
    const { program, browser } = await signIn(person)
    programs.push(program)
    browsers.push(browser)
  }

  return {
    tokens,
    persons,
    programs,
    browsers,
    join,
    onMail({ to, token, code }: Arrived) {
      if (token !== null) tokens.push(token)
      if (code === null) return
      waiting.get(to)?.(code)
      waiting.delete(to)
    },
    admin: () => admins[draw.below(admins.length)] as { program: Caller; browser: Caller },
    async arrive(count: number, isStopped: () => boolean) {
      for (let n = 0; n < 4; n++) admins.push(await signIn(ADMIN))
      const numbers = Array.from({ length: count }, (_, n) => n)
      const next = async (): Promise<void> => {
        for (let n = numbers.shift(); n !== undefined && !isStopped(); n = numbers.shift()) await register(n)
      }
      await Promise.all([next(), next(), next(), next()])
    },
  }
}
export type People = ReturnType<typeof openPeople>
