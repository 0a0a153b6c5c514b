import { insert, projection, type Reader, remove, update } from './projection.ts'

/** Who brought whom: ids only, so that nothing of it has to be forgotten and the tree holds when somebody leaves it. */
export const referrals = projection('referrals', ['referrals', 'suspension_batches', 'batch_suspensions'], {
  UserReferred: ({ at, data }) => [
    insert('referrals', {
      user_id: data.userId,
      referrer_id: data.referrerId,
      code_id: data.codeId,
      way: data.way,
      at,
      gone_at: null,
    }),
  ],
  UserSuspended: ({ data: { userId, batchId } }) =>
    batchId === null ? [] : [insert('batch_suspensions', { batch_id: batchId, user_id: userId })],
  UserReinstated: ({ data }) => [remove('batch_suspensions', { user_id: data.userId })],
  SubtreeSuspended: ({ at, actor, data }) => [
    insert('suspension_batches', {
      id: data.batchId,
      root_id: data.rootId,
      suspended_at: at,
      suspended_by: actor,
      count: data.count,
      reinstated_at: null,
    }),
  ],
  SubtreeReinstated: ({ at, data }) => [
    update('suspension_batches', { id: data.batchId }, { reinstated_at: at }),
  ],
  UserErased: ({ at, data }) => [
    update('referrals', { user_id: data.userId }, { gone_at: at }),
    remove('batch_suspensions', { user_id: data.userId }),
  ],
})

export const MAX_ABOVE = 1000
/** How many times as many as are shown are looked at, where counting everybody's would take too long. */
const MOST_OF = 5

export type ReferralWay = 'registration' | 'later'

export type Referral = {
  readonly userId: string
  readonly referrerId: string
  readonly way: ReferralWay
  readonly at: string
  /** Null while they are here. */
  readonly goneAt: string | null
}

/** Somebody in a list: what owner and admins see; everybody else is shown no such list. */
export type ReferralView = Referral & {
  readonly name: string | null
  readonly email: string | null
  readonly emailVerifiedAt: string | null
  readonly suspendedAt: string | null
}

/** Somebody in the tree; `depth` 1 were brought by its root. */
export type Branch = ReferralView & { readonly depth: number }

export type ReferralCounts = { readonly all: number; readonly verified: number; readonly gone: number }
export type TopReferrer = ReferralCounts & {
  readonly userId: string
  readonly name: string | null
  readonly email: string | null
}
export type SignUps = {
  readonly day: string
  readonly self: number
  readonly invite: number
  readonly referral: number
}
export type SuspensionBatch = {
  readonly id: string
  readonly rootId: string
  readonly suspendedAt: string
  readonly suspendedBy: string
  readonly count: number
  readonly reinstatedAt: string | null
}

const LINK = `r.user_id as "userId", r.referrer_id as "referrerId", r.way, r.at, r.gone_at as "goneAt"`
const PERSON = `u.name, u.email, u.email_verified_at as "emailVerifiedAt", u.suspended_at as "suspendedAt"`
const COUNTS = `count(*) as "all", count(u.email_verified_at) as verified, count(r.gone_at) as gone`
const BATCH = `id, root_id as "rootId", suspended_at as "suspendedAt", suspended_by as "suspendedBy", count,
  reinstated_at as "reinstatedAt"`

export const referralReads = (db: Reader) => ({
  /** Who brought a user here, if anybody did. */
  async referrerOf(userId: string): Promise<Referral | null> {
    return (await db.get<Referral>(`select ${LINK} from referrals r where r.user_id = $1`, [userId])) ?? null
  },

  /** Whom a user brought, the newest first; `after` is the last id of the page before. */
  async of(
    referrerId: string,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<ReferralView[]> {
    return db.all<ReferralView>(
      `select ${LINK}, ${PERSON} from referrals r left join users u on u.id = r.user_id
       where r.referrer_id = $1 and r.user_id < $2 order by r.user_id desc limit $3`,
      [referrerId, after ?? '~', limit],
    )
  },

  async counts(referrerId: string): Promise<ReferralCounts> {
    const [row] = await db.all<ReferralCounts>(
      `select ${COUNTS} from referrals r left join users u on u.id = r.user_id where r.referrer_id = $1`,
      [referrerId],
    )
    return row as ReferralCounts // a query that counts always answers a row
  },

  /** Who brought a user, who brought them, and so on to the first; the nearest first, and no more than a thousand. */
  async above(userId: string): Promise<string[]> {
    const rows = await db.all<{ id: string }>(
      `with recursive above (id, depth) as (
         select referrer_id, 1 from referrals where user_id = $1
         union all
         select r.referrer_id, a.depth + 1 from referrals r join above a on r.user_id = a.id where a.depth < $2)
       select id from above order by depth`,
      [userId, MAX_ABOVE],
    )
    return rows.map(({ id }) => id)
  },

  /**
   * Whom a user brought, whom those brought, and so on; those who are nearer come first. Level by level is how a
   * recursive query is carried out, so that no more is looked at than is asked for.
   */
  async below(userId: string, { limit, depth }: { limit: number; depth: number }): Promise<Branch[]> {
    return db.all<Branch>(
      `with recursive below (id, depth) as (
         select user_id, 1 from referrals where referrer_id = $1
         union all
         select r.user_id, b.depth + 1 from below b join referrals r on r.referrer_id = b.id where b.depth < $2),
       nearest as (select id, depth from below limit $3)
       select ${LINK}, ${PERSON}, b.depth
       from nearest b join referrals r on r.user_id = b.id left join users u on u.id = b.id
       order by b.depth, b.id`,
      [userId, depth, limit],
    )
  },

  /** Who brought the most that are here and have confirmed their address, among those who brought the most of all. */
  async top(limit: number): Promise<TopReferrer[]> {
    return db.all<TopReferrer>(
      `select t.*, o.name, o.email from (
         select r.referrer_id as "userId", ${COUNTS}
         from (select referrer_id from referrals group by referrer_id order by count(*) desc, referrer_id limit $2) m
         join referrals r on r.referrer_id = m.referrer_id
         left join users u on u.id = r.user_id group by r.referrer_id) t
       left join users o on o.id = t."userId"
       order by t.verified desc, t."all" desc, t."userId" limit $1`,
      [limit, limit * MOST_OF],
    )
  },

  /** How many of those who are here came on each of some days of UTC, and how. */
  async signUpsOn(days: readonly string[]): Promise<SignUps[]> {
    if (days.length === 0) return []
    const places = days.map((_, n) => `($${n + 1})`).join(', ')
    // A range of an index for each number: many times as fast as sorting everybody into days.
    const onDay = (column: string) => `${column} >= d.day and ${column} < d.day || '~'`
    const rows = await db.all<{ day: string; alone: number; invite: number; referral: number }>(
      `with d (day) as (values ${places})
       select d.day,
         (select count(*) from users where ${onDay('registered_at')} and via = 'self') as alone,
         (select count(*) from users where ${onDay('registered_at')} and via = 'invite') as invite,
         (select count(*) from referrals
          where way = 'registration' and ${onDay('at')} and gone_at is null) as referral
       from d order by d.day`,
      [...days],
    )
    // Whoever comes by a code registers by themselves.
    return rows.map(({ day, alone, invite, referral }) => ({
      day,
      self: Number(alone) - Number(referral),
      invite: Number(invite),
      referral: Number(referral),
    }))
  },

  /** The newest first. */
  async batches(limit: number): Promise<SuspensionBatch[]> {
    return db.all<SuspensionBatch>(
      `select ${BATCH} from suspension_batches order by suspended_at desc, id desc limit $1`,
      [limit],
    )
  },

  async batch(batchId: string): Promise<SuspensionBatch | null> {
    return (
      (await db.get<SuspensionBatch>(`select ${BATCH} from suspension_batches where id = $1`, [batchId])) ??
      null
    )
  },

  /** Whom a batch suspended who are still suspended by it. */
  async suspendedBy(batchId: string): Promise<string[]> {
    const rows = await db.all<{ id: string }>(
      `select user_id as id from batch_suspensions where batch_id = $1 order by user_id`,
      [batchId],
    )
    return rows.map(({ id }) => id)
  },
})
