import type { DomainEvent } from '../../src/domain/catalogue.ts'
import type { Change, Projection, Row, Value } from '../../src/projections/projection.ts'

/** Columns by which rows are found without looking at all of them. No change ever sets one of them anew. */
const INDEXED = ['id', 'user_id', 'about', 'mail_id'] as const
/** An invite's newest mail is another one after it was resent. */
const MOVING = new Set(['invites mail_id'])

type Mutable = Record<string, Value>

const holds = (row: Row, where: Row): boolean => {
  for (const column in where) if (row[column] !== where[column]) return false
  return true
}

class Table {
  readonly rows = new Set<Mutable>()
  readonly #name: string
  readonly #indexes = new Map<string, Map<Value, Set<Mutable>>>()

  constructor(name: string) {
    this.#name = name
  }

  insert(row: Row): void {
    const own = { ...row }
    this.rows.add(own)
    for (const column of INDEXED) {
      const value = own[column]
      if (value === undefined || MOVING.has(`${this.#name} ${column}`)) continue
      const index = this.#indexes.get(column) ?? new Map<Value, Set<Mutable>>()
      this.#indexes.set(column, index)
      const under = index.get(value)
      if (under) under.add(own)
      else index.set(value, new Set([own]))
    }
  }

  find(where: Row): Mutable[] {
    const found: Mutable[] = []
    for (const row of this.#candidates(where)) if (holds(row, where)) found.push(row)
    return found
  }

  remove(row: Mutable): void {
    this.rows.delete(row)
    for (const [column, index] of this.#indexes) index.get(row[column] ?? null)?.delete(row)
  }

  #candidates(where: Row): Iterable<Mutable> {
    for (const column of INDEXED) {
      const value = where[column]
      const index = this.#indexes.get(column)
      if (value !== undefined && index) return index.get(value) ?? []
    }
    return this.rows
  }
}

/** Read tables as plain maps: what projections say is carried out, and nothing else. */
export class Tables {
  readonly #tables = new Map<string, Table>()

  carryOut(change: Change): void {
    const table = this.#table(change.table)
    if (change.op === 'insert') {
      table.insert(change.row)
      return
    }
    for (const row of table.find(change.where)) {
      if (change.op === 'delete') table.remove(row)
      else if (!(change.except && holds(row, change.except))) Object.assign(row, change.set)
    }
  }

  find(table: string, where: Row): Row[] {
    return this.#table(table).find(where)
  }

  all(table: string): Iterable<Row> {
    return this.#table(table).rows
  }

  names(): string[] {
    return [...this.#tables.keys()].toSorted()
  }

  /** Everything in them, in an order that does not depend on how it came about. */
  photograph(names: readonly string[]): string {
    const lineOf = (row: Row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    return names.map((name) => [name, ...[...this.all(name)].map(lineOf).toSorted()].join('\n')).join('\n')
  }

  #table(name: string): Table {
    const known = this.#tables.get(name)
    if (known) return known
    const table = new Table(name)
    this.#tables.set(name, table)
    return table
  }
}

/** The tables that a history makes, from its first event to its last. */
export const rebuilt = (projections: readonly Projection[], history: readonly DomainEvent[]): Tables => {
  const tables = new Tables()
  for (const event of history) {
    for (const projection of projections) {
      for (const change of projection.project(event)) tables.carryOut(change)
    }
  }
  return tables
}
