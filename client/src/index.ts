import { Operations } from './operations.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import { bodyOf, type Given, type Options, type Route, urlOf } from './route.ts'
import { memoryStore, type SessionTokens, type TokenStore, tokensIn } from './tokens.ts'

export type * from './operations.ts'
export { Refusal } from './refusal.ts'
export type { Options } from './route.ts'
export { memoryStore, type SessionTokens, type TokenStore } from './tokens.ts'

export type LatchkeyOptions = {
  /** Where the service is: `https://id.example.org`. */
  readonly url: string
  readonly tokens?: TokenStore
  /** How often a request is sent again that got no answer; only what may be sent twice. */
  readonly retries?: number
  /** For people who read titles and details: `en` or `ru`. */
  readonly language?: string
  readonly fetch?: typeof fetch
}

/** An access token is renewed when it has less than this to live. */
const EARLY_MS = 10_000
const FIRST_WAIT_MS = 200
const MAX_WAIT_S = 5

const sleep = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    setTimeout(resolve, ms)
  })

const hasGoneWrong = (error: unknown): boolean => error instanceof TypeError // what fetch throws when nothing is answered

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null }
type Lists = {
  [K in keyof Operations]: Operations[K] extends (input: infer I, options?: Options) => Promise<Page<unknown>>
    ? 'cursor' extends keyof NonNullable<I>
      ? K
      : never
    : never
}[keyof Operations]
type InputOf<K extends Lists> = Parameters<Operations[K]>[0]
type ItemOf<K extends Lists> = Awaited<ReturnType<Operations[K]>> extends Page<infer T> ? T : never

/**
 * A caller of Latchkey's API: one method an operation. It keeps the session's tokens, renews them in time and once
 * for all who wait, sends again what got no answer, and throws a Refusal when the service says no.
 */
export class Latchkey extends Operations {
  readonly #base: string
  readonly #options: LatchkeyOptions
  readonly #tokens: TokenStore
  #renewing: Promise<SessionTokens | null> | null = null

  constructor(options: LatchkeyOptions) {
    super()
    this.#options = options
    this.#base = `${options.url.replace(/\/+$/, '')}/api/v1`
    this.#tokens = options.tokens ?? memoryStore()
  }

  /** Every item of a list, a page at a time, as far as somebody asks for more. */
  async *each<K extends Lists>(
    operation: K,
    input?: InputOf<K>,
    options?: Options,
  ): AsyncGenerator<ItemOf<K>> {
    const ask = this[operation].bind(this) as unknown as (
      input: object,
      options?: Options,
    ) => Promise<Page<ItemOf<K>>>
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await ask({ ...input, ...(cursor === undefined ? {} : { cursor }) }, options)
      yield* page.items
      cursor = page.nextCursor
    }
  }

  protected async send<A>(route: Route, input: object, options: Options = {}): Promise<A> {
    const token = options.token ?? (route.isAnonymous ? null : ((await this.#current())?.accessToken ?? null))
    let response = await this.#sendSafely(route, input, options, token)
    if (response.status === 401 && token !== null && options.token === undefined) {
      const renewed = await this.#afterRefusal(token, await refusalOf(response))
      response = await this.#sendSafely(route, input, options, renewed.accessToken)
    }
    if (!response.ok) throw await refusalOf(response)
    const text = await response.text()
    const answer = (text === '' ? undefined : JSON.parse(text)) as A
    const tokens = tokensIn(answer, Date.now())
    if (tokens) await this.#tokens.set(tokens)
    if (route.path === '/sessions/current' && route.method === 'DELETE') await this.#tokens.set(null)
    return answer
  }

  async #current(): Promise<SessionTokens | null> {
    const tokens = await this.#tokens.get()
    return tokens && tokens.expiresAt - EARLY_MS <= Date.now() ? this.#renew(tokens) : tokens
  }

  /** Somebody else may have renewed in the meantime; else it is tried, if renewing can help. */
  async #afterRefusal(token: string, refusal: Refusal): Promise<SessionTokens> {
    const tokens = await this.#tokens.get()
    const isOver = refusal.code !== 'token_expired' && refusal.code !== 'token_invalid'
    const renewed =
      tokens && tokens.accessToken !== token ? tokens : tokens && !isOver && (await this.#renew(tokens))
    if (!renewed) throw refusal
    return renewed
  }

  /**
   * One renewal for all who wait. A refresh token is good once; but for 10 seconds the one that was just used gets the
   * same answer again, so an answer that was lost on its way is asked for again.
   */
  #renew(tokens: SessionTokens): Promise<SessionTokens | null> {
    this.#renewing ??= this.#askAnew(tokens).finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #askAnew({ refreshToken }: SessionTokens): Promise<SessionTokens | null> {
    const route: Route = { method: 'POST', path: '/sessions/refresh', isAnonymous: true, isKeyed: true }
    const response = await this.#sendSafely(route, { body: { refreshToken } }, {}, null)
    if (!response.ok) {
      const refusal = await refusalOf(response)
      if (response.status === 401) await this.#tokens.set(null)
      throw refusal
    }
    const renewed = tokensIn(await response.json(), Date.now())
    await this.#tokens.set(renewed)
    return renewed
  }

  /** Sends it, and sends it again where that does nothing twice: no answer came, or the service has no room now. */
  async #sendSafely(route: Route, input: object, options: Options, token: string | null): Promise<Response> {
    const { retries = 2, language, fetch: ask = fetch } = this.#options
    const { body, headers } = bodyOf(route, 'body' in input ? input.body : undefined)
    const key = route.isKeyed ? (options.idempotencyKey ?? crypto.randomUUID()) : null
    const mayRepeat =
      key !== null || route.method === 'GET' || route.method === 'PUT' || route.method === 'DELETE'
    const request: RequestInit = {
      method: route.method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(language === undefined ? {} : { 'accept-language': language }),
      },
      ...(body === undefined ? {} : { body }),
      ...(options.signal ? { signal: options.signal } : {}),
    }
    for (let attempt = 0; ; attempt++) {
      const isLast = !mayRepeat || attempt >= retries
      try {
        const response = await ask(urlOf(this.#base, route, input as Given), request)
        const after = Number(response.headers.get('retry-after') ?? 1)
        if (isLast || response.status !== 503 || after > MAX_WAIT_S) return response
        await sleep(after * 1000, options.signal)
      } catch (error) {
        if (isLast || !hasGoneWrong(error)) throw error
        await sleep(FIRST_WAIT_MS * 2 ** attempt, options.signal)
      }
    }
  }
}
