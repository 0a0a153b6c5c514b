/** What a session is carried by. */
export type SessionTokens = {
  readonly accessToken: string
  readonly refreshToken: string
  /** When the access token dies, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Where the tokens are kept. Whoever keeps them elsewhere (a file, another tab) brings a store of their own. */
export type TokenStore = {
  readonly get: () => SessionTokens | null | Promise<SessionTokens | null>
  readonly set: (tokens: SessionTokens | null) => void | Promise<void>
}

export const memoryStore = (): TokenStore => {
  let kept: SessionTokens | null = null
  return {
    get: () => kept,
    set: (tokens) => {
      kept = tokens
    },
  }
}

/** The tokens in an answer that begins a session or goes on with one. */
export const tokensIn = (answer: unknown, now: number): SessionTokens | null => {
  if (typeof answer !== 'object' || answer === null) return null
  const { accessToken, refreshToken, expiresIn } = answer as Readonly<Record<string, unknown>>
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return null
  return { accessToken, refreshToken, expiresAt: now + Number(expiresIn) * 1000 }
}
