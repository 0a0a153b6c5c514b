import type { Projection } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import type { SqliteConnection } from '../database/sqlite.ts'

const LEASE_MS = 10_000
const RENEW_MS = 7000

export class NotTheBuilder extends Error {
  override readonly name = 'NotTheBuilder'
}

const hasHistory = (db: SqliteConnection): boolean =>
  db.prepare('select position from events order by position desc limit 1').get() !== undefined

export const fingerprint = ({ name, version }: Projection): string => `${name}@${version}`

/** Projections whose tables were built by other code than this, or nobody knows by which. */
export const outdated = (db: SqliteConnection, projections: readonly Projection[]): readonly Projection[] => {
  const known = new Map(
    db.prepare('select name, fingerprint from projection_versions').raw().all() as [string, string | null][],
  )
  return projections.filter((one) => known.get(one.name) !== fingerprint(one))
}

const keep = (db: SqliteConnection, projections: readonly Projection[]): void => {
  const statement = db.prepare(
    `insert into projection_versions (name, fingerprint) values (?, ?)
     on conflict (name) do update set fingerprint = excluded.fingerprint`,
  )
  for (const one of projections) statement.run(one.name, fingerprint(one))
}

/** Before the first event every table is as any version would have built it. */
export const keepFirstVersions = (db: SqliteConnection, projections: readonly Projection[]): void => {
  if (outdated(db, projections).length === 0 || hasHistory(db)) return
  const unlessBegun = db.transaction(() => {
    if (!hasHistory(db)) keep(db, projections)
  })
  unlessBegun.immediate()
}

/**
 * The right to build some projections anew, which one process holds at a time and loses when it is not heard of.
 * Every method wants a transaction of the writer's.
 */
export class BuildersLease {
  readonly #db: SqliteConnection
  readonly #clock: Clock
  readonly #builder: string
  readonly #projections: readonly Projection[]

  constructor(db: SqliteConnection, clock: Clock, builder: string, projections: readonly Projection[]) {
    this.#db = db
    this.#clock = clock
    this.#builder = builder
    this.#projections = projections
  }

  /** Null when it is ours now; otherwise until when it is somebody else's. */
  take(): string | null {
    const now = this.#clock()
    const others = this.#names(
      'select max(builder_until) from projection_versions where builder_until > ? and builder <> ?',
    )
    const until = others.pluck().get(now, this.#builder, ...this.#nameValues()) as string | null
    if (until !== null) return until
    const insert = this.#db.prepare('insert or ignore into projection_versions (name) values (?)')
    for (const name of this.#nameValues()) insert.run(name)
    this.#names('update projection_versions set builder = ?, builder_until = ? where true').run(
      this.#builder,
      plus(now, LEASE_MS),
      ...this.#nameValues(),
    )
    return null
  }

  /** Throws when somebody else has taken it over, and makes it last. */
  check(): void {
    const until = this.#names(
      'select min(builder_until), count(*) from projection_versions where builder = ?',
    )
      .raw()
      .get(this.#builder, ...this.#nameValues()) as [string | null, number]
    if (until[1] !== this.#projections.length) {
      throw new NotTheBuilder('another process has taken over building these tables')
    }
    if (until[0] !== null && until[0] > plus(this.#clock(), RENEW_MS)) return
    this.#names('update projection_versions set builder_until = ? where true').run(
      plus(this.#clock(), LEASE_MS),
      ...this.#nameValues(),
    )
  }

  /** The tables are as this code builds them. */
  done(): void {
    keep(this.#db, this.#projections)
  }

  release(): void {
    this.#names('update projection_versions set builder = null, builder_until = null where builder = ?').run(
      this.#builder,
      ...this.#nameValues(),
    )
  }

  #names(sql: string) {
    return this.#db.prepare(`${sql} and name in (${this.#projections.map(() => '?').join()})`)
  }

  #nameValues(): string[] {
    return this.#projections.map(({ name }) => name)
  }
}
