import type { Reader } from './projection.ts'

/** Somebody in the tree, and who is above them: nobody where the reading began. */
export type Twig = { readonly id: string; readonly above: string | null }

export type TwigPerson = {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly emailVerifiedAt: string | null
  readonly suspendedAt: string | null
}

const places = (ids: readonly string[], from: number): string => ids.map((_, n) => `$${n + from}`).join(', ')

/** The tree as it is looked at: never more of it is read than asked for, however large it is. */
export const referralTreeReads = (db: Reader) => ({
  /** Who is below some users: whom they brought, then whom those brought. Stops at the limit. */
  async twigs(ids: readonly string[], limit: number): Promise<Twig[]> {
    if (ids.length === 0) return []
    return db.all<Twig>(
      `with recursive below (id, above) as (
         select user_id, referrer_id from referrals where referrer_id in (${places(ids, 2)})
         union all
         select r.user_id, r.referrer_id from below b join referrals r on r.referrer_id = b.id)
       select id, above from below limit $1`,
      [limit, ...ids],
    )
  },

  /** Who brought others and was brought by nobody; those who brought most come first. */
  async roots(limit: number): Promise<string[]> {
    const rows = await db.all<{ id: string }>(
      `select d.id from (select referrer_id as id, count(*) as n from referrals group by referrer_id) d
       where not exists (select 1 from referrals r where r.user_id = d.id)
       order by d.n desc, d.id limit $1`,
      [limit],
    )
    return rows.map(({ id }) => id)
  },

  async people(ids: readonly string[]): Promise<ReadonlyMap<string, TwigPerson>> {
    if (ids.length === 0) return new Map()
    const rows = await db.all<TwigPerson>(
      `select id, name, email, email_verified_at as "emailVerifiedAt", suspended_at as "suspendedAt"
       from users where id in (${places(ids, 1)})`,
      ids,
    )
    return new Map(rows.map((row) => [row.id, row]))
  },
})
