import type { Locale } from '../domain/invites/events.ts'
import type { SessionView } from '../projections/sessions.ts'
import type { UserView } from '../projections/users.ts'

/** Who is behind a request. */
export type Principal = { readonly session: SessionView; readonly user: UserView }

export type State = {
  requestId: string
  /** One ULID a request: the chain that its events belong to. */
  correlation: string
  locale: Locale
  /** The reader's time zone: the name of one, such as `Europe/Berlin`. */
  zone: string
  principal: Principal | null
  /** The route's pattern, for the log: paths may hold tokens. */
  route?: string
}

/** koa-session 7 types nothing; this is what our pages keep in it. */
export type PageSession = {
  sessionId?: string
  /** Digest of the user agent that signed in: a cookie in another browser is nobody. */
  agent?: string
  seenAt?: string
  /** When the password was shown again in the midst of the session. */
  provenAt?: string
  notice?: string
  /** Where the button beside the notice takes back what it tells of. */
  undo?: string
  readonly isNew: boolean
  regenerate(): Promise<void> | undefined
}

declare module 'koa' {
  interface DefaultContext {
    session: PageSession | null
  }
}
