import type { Projection, Value } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { all, type Database, first, readBy, run, type Work } from '../database/work.ts'

const LEASE_MS = 10_000
const RENEW_MS = 7000

export class NotTheBuilder extends Error {
  override readonly name = 'NotTheBuilder'
}

type Readable = Pick<Database, 'reader'>

function* hasHistory(): Work<boolean> {
  return (yield* first('select position from events order by position desc limit 1')) !== undefined
}

export const fingerprint = ({ name, version }: Projection): string => `${name}@${version}`

/** Projections whose tables were built by other code than this, or nobody knows by which. */
export const outdated = async (
  { reader }: Readable,
  projections: readonly Projection[],
): Promise<readonly Projection[]> => {
  const rows = await reader.all<{ name: string; fingerprint: string | null }>(
    'select name, fingerprint from projection_versions',
  )
  const known = new Map(rows.map((row) => [row.name, row.fingerprint]))
  return projections.filter((one) => known.get(one.name) !== fingerprint(one))
}

function* keep(projections: readonly Projection[]): Work<void> {
  for (const one of projections) {
    yield* run(
      `insert into projection_versions (name, fingerprint) values ($1, $2)
       on conflict (name) do update set fingerprint = excluded.fingerprint`,
      [one.name, fingerprint(one)],
    )
  }
}

/** Under this name read tables are built anew, and it is written who does. */
export const BUILDING = 'projections'

/** Before the first event every table is as any version would have built it. */
export const keepFirstVersions = async (
  database: Readable & Pick<Database, 'exclusively'>,
  projections: readonly Projection[],
): Promise<void> => {
  if ((await outdated(database, projections)).length === 0) return
  if (await readBy(database.reader, hasHistory())) return
  await database.exclusively(BUILDING, function* () {
    if (!(yield* hasHistory())) yield* keep(projections)
  })
}

/**
 * The right to build some projections anew, which one process holds at a time and loses when it is not heard of.
 * Every method wants to be among the works named `BUILDING`.
 */
export class BuildersLease {
  readonly #clock: Clock
  readonly #builder: string
  readonly #projections: readonly Projection[]

  constructor(clock: Clock, builder: string, projections: readonly Projection[]) {
    this.#clock = clock
    this.#builder = builder
    this.#projections = projections
  }

  /** Null when it is ours now; otherwise until when it is somebody else's. */
  *take(): Work<string | null> {
    const now = this.#clock()
    const [others, names] = this.#ours(
      'select max(builder_until) as until from projection_versions where builder_until > $1 and builder <> $2',
      [now, this.#builder],
    )
    const row = yield* first<{ until: string | null }>(others, names)
    if (row?.until) return row.until
    for (const { name } of this.#projections) {
      yield* run('insert into projection_versions (name) values ($1) on conflict (name) do nothing', [name])
    }
    yield* run(
      ...this.#ours('update projection_versions set builder = $1, builder_until = $2 where 1 = 1', [
        this.#builder,
        plus(now, LEASE_MS),
      ]),
    )
    return null
  }

  /** Throws when somebody else has taken it over, and makes it last. */
  *check(): Work<void> {
    const held = yield* all<{ until: string | null }>(
      ...this.#ours('select builder_until as until from projection_versions where builder = $1', [
        this.#builder,
      ]),
    )
    if (held.length !== this.#projections.length) {
      throw new NotTheBuilder('another process has taken over building these tables')
    }
    const renewBefore = plus(this.#clock(), RENEW_MS)
    if (held.every(({ until }) => until !== null && until > renewBefore)) return
    yield* run(
      ...this.#ours('update projection_versions set builder_until = $1 where 1 = 1', [
        plus(this.#clock(), LEASE_MS),
      ]),
    )
  }

  /** The tables are as this code builds them. */
  done(): Work<void> {
    return keep(this.#projections)
  }

  *release(): Work<void> {
    yield* run(
      ...this.#ours(
        'update projection_versions set builder = null, builder_until = null where builder = $1',
        [this.#builder],
      ),
    )
  }

  #ours(sql: string, params: readonly Value[]): [string, readonly Value[]] {
    const names = this.#projections.map((_, n) => `$${params.length + n + 1}`)
    return [`${sql} and name in (${names.join()})`, [...params, ...this.#projections.map(({ name }) => name)]]
  }
}
