import type { Parameter, Reader } from '../../projections/projection.ts'
import { valuesOf } from '../database/postgres-changes.ts'
import { pagesOf, type TableRow } from '../database/rows.ts'
import { allTables, type Shape } from '../database/template.ts'
import { run, type Work } from '../database/work.ts'
import type { Engine } from '../engine.ts'
import { SetupProblem } from '../errors.ts'
import { leafHash } from '../history/merkle.ts'
import type { HistorySource } from '../history/source.ts'
import { GrowingTree } from '../history/tiles.ts'

type Here = Pick<Engine, 'dialect' | 'reader' | 'exclusively' | 'snapshot' | 'historySource'>

export type MoveParts = {
  readonly from: Here
  readonly to: Here
  readonly now: () => string
  /** Called after each page, with the table in hand and how many rows have been carried in all. */
  readonly progress?: (table: string, rows: number, of: number) => void
  readonly interrupted?: () => boolean
}

export type Moved =
  | { readonly outcome: 'interrupted' }
  | {
      readonly outcome: 'moved'
      readonly events: number
      /** Of both histories, base64. */
      readonly root: string
      readonly rows: number
      /** Events that were appended to the source while it was carried: run it again to carry them too. */
      readonly missed: number
    }

const NOT_CARRIED = new Set(['migrations', 'moves'])
/** Rows of these are never changed nor removed: what has arrived stays, and by this column the rest is found. */
const GROWING: Readonly<Record<string, string>> = { events: 'position', seals: 'size' }
/** No row of these can be removed, but for the tags of addresses. */
const KEPT = new Set(['event_tags', 'tiles', 'seal_keys'])
const ID = 'move'
const NAME = 'move'

const count = async (reader: Reader, table: string): Promise<number> =>
  (await reader.get<{ count: number }>(`select count(*) as count from ${table}`))?.count ?? 0

const rootOf = async (source: HistorySource): Promise<{ readonly events: number; readonly root: string }> => {
  const tree = GrowingTree.empty()
  for await (const page of source.rows()) for (const { bytes } of page) tree.add(leafHash(bytes))
  return { events: tree.size, root: tree.size === 0 ? '' : tree.root().toString('base64') }
}

/** What PostgreSQL keeps beside an event's bytes. */
const besides = (bytes: unknown): readonly Parameter[] => {
  const { id, actor, correlation, causation } = JSON.parse(String(bytes)) as Record<string, string | null>
  return [id ?? null, actor ?? null, correlation ?? null, causation ?? null]
}

class Move {
  readonly #parts: MoveParts
  #carried = 0
  #of = 0

  constructor(parts: MoveParts) {
    this.#parts = parts
  }

  async run(): Promise<Moved> {
    const { from, to, now } = this.#parts
    await this.#begin(now())
    const tables = [...allTables()].filter(([name]) => !NOT_CARRIED.has(name))
    const whole = await from.snapshot(async (reader) => {
      for (const [name] of tables) this.#of += await count(reader, name)
      for (const [name, shape] of tables) if (!(await this.#carry(reader, name, shape))) return false
      return true
    })
    if (!whole) return { outcome: 'interrupted' }
    const arrived = await rootOf(await to.historySource())
    const there = await this.#rootOfFirst(arrived.events)
    if (arrived.root !== there.root) {
      throw new SetupProblem('The two histories differ. Empty the target and run it again.')
    }
    await this.#finish(arrived)
    const head = await count(from.reader, 'events')
    const { events, root } = arrived
    return { outcome: 'moved', events, root, rows: this.#carried, missed: head - events }
  }

  /** The target holds nothing, or what an earlier run of ours has left. */
  async #begin(now: string): Promise<void> {
    const { to } = this.#parts
    const isOurs = (await to.reader.get('select id from moves where id = $1', [ID])) !== undefined
    if (!isOurs && (await count(to.reader, 'events')) > 0) {
      throw new SetupProblem('The target holds a history already. Name an empty database.')
    }
    await to.exclusively(NAME, function* () {
      yield* run(
        'insert into moves (id, begun_at) values ($1, $2) on conflict (id) do update set root = null',
        [ID, now],
      )
      yield* run(`delete from event_tags where tag like 'email:%'`) // somebody may have been forgotten meanwhile
    })
  }

  async #carry(reader: Reader, table: string, shape: Shape): Promise<boolean> {
    const { to, interrupted, progress = () => {} } = this.#parts
    const growing = GROWING[table]
    if (!growing && !KEPT.has(table)) await to.exclusively(NAME, () => run(`delete from ${table}`))
    const reached = growing ? { column: growing, value: await this.#reached(table, growing) } : null
    for await (const page of pagesOf(reader, table, shape, reached)) {
      if (interrupted?.()) return false
      await to.exclusively(NAME, () => this.#write(table, shape, page))
      this.#carried += page.length
      progress(table, this.#carried, this.#of)
    }
    return true
  }

  async #reached(table: string, column: string): Promise<number> {
    const sql = `select max(${column}) as most from ${table}`
    return (await this.#parts.to.reader.get<{ most: number | null }>(sql))?.most ?? 0
  }

  *#write(table: string, { columns, key }: Shape, page: readonly TableRow[]): Work<void> {
    const { dialect } = this.#parts.to
    const beside = table === 'events' && dialect.name === 'postgres'
    const names = beside ? [...columns, 'id', 'actor', 'correlation', 'causation'] : columns
    const rows = page.map((row) => {
      const values = columns.map((column) => row[column] ?? null)
      return beside ? [...values, ...besides(row['bytes'])] : values
    })
    const others = columns.filter((name) => !key.includes(name))
    const again =
      others.length === 0
        ? ` on conflict (${key.join(', ')}) do nothing`
        : ` on conflict (${key.join(', ')}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}
          where ${others.map((name) => `${table}.${name} is distinct from excluded.${name}`).join(' or ')}`
    for (const { sql, params } of valuesOf(table, names, rows)) yield* run(sql + again, params)
    const last = page.at(-1)
    if (beside && last) {
      const { at } = JSON.parse(String(last['bytes'])) as { at: string }
      yield* run('update history_head set position = $1, at = $2', [last['position'] ?? 0, at])
    }
  }

  /** The source may have gone on. */
  async #rootOfFirst(events: number): Promise<{ readonly events: number; readonly root: string }> {
    const source = await this.#parts.from.historySource()
    return rootOf({
      ...source,
      async *rows() {
        for await (const page of source.rows()) {
          const wanted = page.filter(({ position }) => position <= events)
          if (wanted.length > 0) yield wanted
          if (wanted.length < page.length) return
        }
      },
    })
  }

  async #finish({ root }: { readonly root: string }): Promise<void> {
    const { from, to } = this.#parts
    for (const [table] of allTables()) {
      if (NOT_CARRIED.has(table)) continue
      const [here, there] = [await count(from.reader, table), await count(to.reader, table)]
      if (there === 0 && here > 0) throw new SetupProblem(`Nothing of ${table} has arrived. Run it again.`)
    }
    await to.exclusively(NAME, () => run('update moves set root = $1 where id = $2', [root, ID]))
  }
}

/**
 * Carries everything (history, vault, read tables, seals) from one database to another, and proves that both histories
 * have the same Merkle root. The source is read as it is at one moment, and stays untouched. Run again after an
 * interruption, it goes on with the history where it was; what may have changed meanwhile is carried anew.
 */
export const moveDatabase = (parts: MoveParts): Promise<Moved> => new Move(parts).run()

/** Whether a history is on its way here and has not been proven yet. */
export const isUnderWay = async (reader: Reader): Promise<boolean> =>
  (await reader.get('select id from moves where root is null')) !== undefined
