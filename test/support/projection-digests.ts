import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type DomainEvent, definitionOf, isEventType, type NewEvent } from '../../src/domain/catalogue.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { EARLIER, forgotten } from './controls.ts'

/** What each projection made of each golden event when its version was given, for those events it makes anything of. */
export type PromisedRows = {
  /** The golden events there were. */
  readonly goldens: readonly string[]
  readonly projections: Readonly<
    Record<string, { readonly version: number; readonly rows: Readonly<Record<string, string>> }>
  >
}

const folder = new URL('../golden/', import.meta.url)

const eventOf = (type: string, version: number, file: string): NewEvent => {
  if (!isEventType(type)) throw new Error(`${type} is no event type`)
  const { upcasts, version: now } = definitionOf(type)
  let { data } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { data: Record<string, unknown> }
  for (let from = version; from < now; from++) data = upcasts[from]?.(data) ?? data
  return { type, data } as unknown as NewEvent
}

const goldens = (): ReadonlyMap<string, NewEvent> =>
  new Map(
    readdirSync(folder).flatMap((file) => {
      const [, name, type, version] = /^((\w+)\.v(\d+))\.json$/.exec(file) ?? []
      return name && type ? [[name, eventOf(type, Number(version), file)] as const] : []
    }),
  )

const stored = ({ type, data }: NewEvent) =>
  ({
    position: 1,
    id: 'EVENT-1',
    type,
    version: definitionOf(type).version,
    at: EARLIER,
    actor: 'operator',
    causation: null,
    correlation: 'CORRELATION',
    data,
  }) as DomainEvent

export const rowsOf = (projections: readonly Projection[]): PromisedRows => {
  const events = goldens()
  const rows = ({ project }: Projection) =>
    [...events].flatMap(([name, event]) => {
      const changes = [event, forgotten(event)].map((one) => project(stored(one)))
      if (changes.flat().length === 0) return []
      return [[name, createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, 16)]]
    })
  return {
    goldens: [...events.keys()].toSorted(),
    projections: Object.fromEntries(
      projections.map((one) => [one.name, { version: one.version, rows: Object.fromEntries(rows(one)) }]),
    ),
  }
}

export const promisedRows = (): PromisedRows =>
  JSON.parse(readFileSync(new URL('projections.json', folder), 'utf8')) as PromisedRows

/** Projections that make something else of an event than was promised, under the version it was promised for. */
export const broken = (promised: PromisedRows, now: PromisedRows): readonly string[] =>
  Object.entries(promised.projections).flatMap(([name, { version, rows }]) => {
    const current = now.projections[name]
    if (current?.version !== version) return []
    return promised.goldens.some((golden) => rows[golden] !== current.rows[golden]) ? [name] : []
  })
