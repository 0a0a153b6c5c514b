import { insert, projection, type Reader, remove } from './projection.ts'

const DAY_MS = 86_400_000
export const LOGINS_KEPT_MS = 90 * DAY_MS

/** Who tried to sign in as a user, and whether they could: for that user to look through. */
export const logins = projection(
  'logins',
  ['logins'],
  {
    UserLoggedIn: ({ id, at, data }) => [
      insert('logins', {
        id,
        user_id: data.userId,
        at,
        method: data.method,
        carrier: data.carrier,
        is_new_device: data.isNewDevice ? 1 : 0,
        user_agent: data.userAgent,
        ip: data.ip,
      }),
    ],
    LoginFailed: ({ id, at, data }) => [
      insert('logins', {
        id,
        user_id: data.userId,
        at,
        method: null,
        carrier: data.carrier,
        is_new_device: 0,
        user_agent: data.userAgent,
        ip: data.ip,
      }),
    ],
    UserErased: ({ data }) => [remove('logins', { user_id: data.userId })],
  },
  { retention: { table: 'logins', column: 'at', ms: LOGINS_KEPT_MS } },
)

export type LoginView = {
  readonly id: string
  readonly at: string
  /** Null for a try that failed. */
  readonly method: string | null
  readonly carrier: 'page' | 'api'
  readonly isNewDevice: boolean
  readonly userAgent: string | null
  readonly ip: string | null
}

type Row = Omit<LoginView, 'isNewDevice'> & { readonly isNewDevice: number }

export const loginReads = (db: Reader) => ({
  /** A user's tries, the newest first; `before` an id, for the next page. */
  async ofUser(
    userId: string,
    { since, limit, before }: { since: string; limit: number; before?: string | undefined },
  ): Promise<LoginView[]> {
    const rows = await db.all<Row>(
      `select id, at, method, carrier, is_new_device as "isNewDevice", user_agent as "userAgent", ip
       from logins where user_id = $1 and at > $2 and id < $3 order by id desc limit $4`,
      [userId, since, before ?? '~', limit],
    )
    return rows.map((row) => ({ ...row, isNewDevice: row.isNewDevice === 1 }))
  },
})
