import type { DomainEvent } from '../domain/catalogue.ts'
import type { Change, Projection, Row } from './projection.ts'

/** A row, and the events that made it what it is, the last of them last. */
export type Traced = { readonly row: Row; readonly events: readonly DomainEvent[] }
type Growing = { row: Row; readonly events: DomainEvent[] }

const holds = (row: Row, where: Row): boolean => {
  for (const column in where) if (row[column] !== where[column]) return false
  return true
}

/**
 * Rows of read tables as events make them, without a database: for the few that stand under a tag. Each remembers
 * which events touched it, and rows that are gone are remembered, too.
 */
export class TracedRows {
  readonly #projections: readonly Projection[]
  readonly #rows = new Map<string, Set<Growing>>()
  /** Most changes name a row by its id. */
  readonly #byId = new Map<string, Growing>()
  readonly #gone = new Map<string, Growing[]>()

  constructor(projections: readonly Projection[]) {
    this.#projections = projections
  }

  apply(event: DomainEvent): void {
    for (const projection of this.#projections) {
      for (const change of projection.project(event)) this.#carryOut(change, event)
    }
  }

  of(table: string): readonly Traced[] {
    return [...(this.#rows.get(table) ?? [])]
  }

  /** As they were when they went; the last event is the one that removed them. */
  goneFrom(table: string): readonly Traced[] {
    return this.#gone.get(table) ?? []
  }

  #carryOut(change: Change, event: DomainEvent): void {
    const { table } = change
    const rows = this.#rows.get(table) ?? new Set<Growing>()
    this.#rows.set(table, rows)
    if (change.op === 'insert') {
      const traced = { row: change.row, events: [event] }
      rows.add(traced)
      if (change.row['id'] !== undefined) this.#byId.set(`${table} ${change.row['id']}`, traced)
      return
    }
    for (const traced of this.#meant(table, rows, change.where)) {
      if (change.op === 'update') {
        if (change.except && holds(traced.row, change.except)) continue
        traced.row = { ...traced.row, ...change.set }
      } else {
        rows.delete(traced)
        this.#gone.set(table, [...(this.#gone.get(table) ?? []), traced])
      }
      if (traced.events.at(-1) !== event) traced.events.push(event)
    }
  }

  #meant(table: string, rows: ReadonlySet<Growing>, where: Row): readonly Growing[] {
    const { id } = where
    const candidates = id === undefined ? [...rows] : [this.#byId.get(`${table} ${id}`)]
    return candidates.filter(
      (one) => one !== undefined && rows.has(one) && holds(one.row, where),
    ) as Growing[]
  }
}
