import { afterEach, beforeEach } from 'vitest'
import type { DomainEvent } from '../../../../src/domain/catalogue.ts'
import { type Decision, reading } from '../../../../src/domain/decision.ts'
import { invite } from '../../../../src/domain/invites/invite.ts'
import type { EventStore } from '../../../../src/infrastructure/event-store/store.ts'
import { type Change, insert } from '../../../../src/projections/projection.ts'
import { BEN, INVITE } from '../../../support/controls.ts'
import type { TestClock } from '../../../support/house.ts'

/** What the contract needs of an engine under test. */
export type EngineUnderTest = {
  readonly store: EventStore
  readonly clock: TestClock
  /** Rows of a table, straight from the database. */
  readonly rows: (sql: string) => Promise<Record<string, unknown>[]>
  /** Runs a statement that an engine must refuse. */
  readonly tamper: (sql: string) => Promise<void>
  readonly close: () => Promise<void>
}

export type OpenEngine = () => Promise<EngineUnderTest>

/** An event with its data, which is a getter's where it has to be opened, and would not be compared. */
export const whole = (event: DomainEvent | null) => event && { ...event, data: event.data }

export const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** A row of the vault, to be written alongside a decision. */
export const keyRow = (id: string): Change =>
  insert('password_hashes', { credential_id: id, user_id: BEN, hash: 'x' })

type Options = { readonly inviteId?: string; readonly alongside?: readonly Change[] }

/** A fresh engine for each test, and a short way to decide about an invite on it. */
export const withEngine = (open: OpenEngine) => {
  let current: EngineUnderTest | null = null
  const engine = (): EngineUnderTest => {
    if (!current) throw new Error('no engine is open')
    return current
  }
  beforeEach(async () => {
    current = await open()
  })
  afterEach(() => engine().close())

  const decide = (
    decision: (status: string, now: string) => Decision,
    { inviteId = INVITE, alongside }: Options = {},
  ) =>
    engine().store.decide({
      readings: { invite: reading(`invite:${inviteId}`, invite) },
      decide: (view, now) => decision(view.invite.status, now),
      actor: 'operator',
      correlation: 'C',
      alongside,
    })
  return { engine, decide }
}
