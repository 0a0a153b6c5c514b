import { insert, projection, type Reader, remove, update } from './projection.ts'

/** One row a session, kept after its end as the user's login history; and the sign-in links. */
export const sessions = projection('sessions', ['sessions', 'sign_in_links'], {
  UserLoggedIn: ({ at, data }) => [
    insert('sessions', {
      id: data.sessionId,
      user_id: data.userId,
      method: data.method,
      carrier: data.carrier,
      restricted: data.method === 'first-password' ? 1 : 0,
      started_at: at,
      expires_at: data.expiresAt,
      ended_at: null,
      user_agent: data.userAgent,
      ip: data.ip,
    }),
  ],
  UserLoggedOut: ({ at, data }) => [
    update('sessions', { id: data.sessionId, ended_at: null }, { ended_at: at }),
  ],
  SessionsEnded: ({ at, data }) => [
    data.except === null
      ? update('sessions', { user_id: data.userId, ended_at: null }, { ended_at: at })
      : update('sessions', { user_id: data.userId, ended_at: null }, { ended_at: at }, { id: data.except }),
  ],
  PasswordChanged: ({ data }) => [
    update('sessions', { user_id: data.userId, restricted: 1 }, { restricted: 0 }),
  ],
  SignInLinkIssued: ({ data }) => [
    insert('sign_in_links', {
      id: data.linkId,
      user_id: data.userId,
      expires_at: data.expiresAt,
      used_at: null,
    }),
  ],
  SignInLinkRedeemed: ({ at, data }) => [update('sign_in_links', { id: data.linkId }, { used_at: at })],
  UserErased: ({ data }) => [
    remove('sessions', { user_id: data.userId }),
    remove('sign_in_links', { user_id: data.userId }),
  ],
})

export type SessionView = {
  readonly id: string
  readonly userId: string
  readonly method:
    | 'password'
    | 'first-password'
    | 'invite'
    | 'sign-in-link'
    | 'registration'
    | 'verification-link'
  readonly carrier: 'page' | 'api'
  /** A session begun with a first password may set a password or sign out, nothing else. */
  readonly restricted: boolean
  readonly startedAt: string
  readonly expiresAt: string
  readonly endedAt: string | null
  readonly userAgent: string | null
  readonly ip: string | null
}

export type SignInLinkView = {
  readonly id: string
  readonly userId: string
  readonly expiresAt: string
  readonly usedAt: string | null
}

type SessionRow = Omit<SessionView, 'restricted'> & { readonly restricted: number }

const COLUMNS = `id, user_id as "userId", method, carrier, restricted, started_at as "startedAt",
  expires_at as "expiresAt", ended_at as "endedAt", user_agent as "userAgent", ip`

const present = (row: SessionRow): SessionView => ({ ...row, restricted: row.restricted === 1 })

export const sessionReads = (db: Reader) => ({
  /** The session if it lives at `now`: neither ended nor past its end. */
  async alive(id: string, now: string): Promise<SessionView | null> {
    const row = await db.get<SessionRow>(
      `select ${COLUMNS} from sessions where id = $1 and ended_at is null and expires_at > $2`,
      [id, now],
    )
    return row ? present(row) : null
  },

  /** Whose session it is, or was. */
  async ownerOf(id: string): Promise<string | null> {
    const row = await db.get<{ userId: string }>(`select user_id as "userId" from sessions where id = $1`, [
      id,
    ])
    return row?.userId ?? null
  },

  /** Newest first; ended ones too. */
  async ofUser(userId: string, limit: number): Promise<SessionView[]> {
    const rows = await db.all<SessionRow>(
      `select ${COLUMNS} from sessions where user_id = $1 order by id desc limit $2`,
      [userId, limit],
    )
    return rows.map(present)
  },

  /** Whether a user has ever signed in; joining, by an invite or a registration, is not that. */
  async hasSignedIn(userId: string): Promise<boolean> {
    const row = await db.get(
      `select 1 from sessions where user_id = $1 and method in ('password', 'first-password', 'sign-in-link') limit 1`,
      [userId],
    )
    return row !== undefined
  },

  /** Whether a user has had a session since then with a program of this name. */
  async hasSignedInWith(userId: string, userAgent: string | null, since: string): Promise<boolean> {
    const row = await db.get(
      `select 1 from sessions where user_id = $1 and started_at > $3 and user_agent is not distinct from $2 limit 1`,
      [userId, userAgent, since],
    )
    return row !== undefined
  },

  async signInLink(id: string): Promise<SignInLinkView | null> {
    const row = await db.get<SignInLinkView>(
      `select id, user_id as "userId", expires_at as "expiresAt", used_at as "usedAt" from sign_in_links where id = $1`,
      [id],
    )
    return row ?? null
  },
})
