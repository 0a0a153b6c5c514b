import { type DomainEvent, definitionOf } from '../../src/domain/catalogue.ts'
import { COMPARED } from '../../src/projections/comparing.ts'
import type { Projection, Row } from '../../src/projections/projection.ts'
import type { Disk } from './disk.ts'
import { LawsOfMail } from './laws-of-mail.ts'
import { LawsOfPeople } from './laws-of-people.ts'
import { LawsOfUse } from './laws-of-use.ts'
import { rebuilt } from './tables.ts'
import { mustHold } from './violation.ts'
import { markedIn, marker } from './wishing.ts'

const NO_GAP = 'positions have no gap, and time does not run backwards'
const NOTHING_LOST = 'nothing that was acknowledged is lost'
const LIVE_SESSIONS = 'the sessions that the tables show as living are those that live'
const FORGOTTEN = 'of the erased nothing personal is left, in the history or in a table'
const REBUILT = 'read tables equal a rebuild'

const OWN_TABLES = [
  'users',
  'user_roles',
  'sessions',
  'sign_in_links',
  'logins',
  'verifications',
  'password_resets',
  'inquiries',
  'referral_codes',
] as const
const PERSONAL = new Set([
  ...COMPARED.flatMap(({ personal }) => personal),
  'recipient',
  'search_text',
  'company',
  'title',
])

/** All laws of one world: what is written is put before them a decision at a time, at the moment of its commit. */
export class Laws {
  readonly mail = new LawsOfMail()
  readonly #disk: Disk
  readonly #projections: readonly Projection[]
  readonly #use = new LawsOfUse()
  readonly #people = new LawsOfPeople()
  readonly #erased: string[] = []
  readonly #acknowledged: { readonly position: number; readonly id: string }[] = []
  #head = 0
  #lastAt = ''

  constructor(disk: Disk, projections: readonly Projection[]) {
    this.#disk = disk
    this.#projections = projections
  }

  committed(events: readonly DomainEvent[]): void {
    for (const { position, at } of events) {
      mustHold(NO_GAP, position === ++this.#head && at >= this.#lastAt, () => `${position} at ${at}`)
      this.#lastAt = at
    }
    this.#people.take(events)
    for (const event of events) {
      this.#use.take(event)
      this.mail.take(event)
      this.#look(event)
    }
  }

  /** The caller was told that this is so. */
  acknowledged(events: readonly DomainEvent[]): void {
    for (const { position, id } of events) {
      this.#acknowledged.push({ position, id })
      mustHold(NOTHING_LOST, this.#disk.at(position)?.id === id, () => `event ${id} at ${position}`)
    }
  }

  /** What costs a walk through everything: now and then, and at the end. */
  review(): void {
    for (const { position, id } of this.#acknowledged) {
      mustHold(NOTHING_LOST, this.#disk.at(position)?.id === id, () => `event ${id} at ${position}`)
    }
    const anew = rebuilt(this.#projections, this.#disk.history)
    for (const { name, tables } of this.#projections) {
      const same = this.#disk.tables.photograph(tables) === anew.photograph(tables)
      mustHold(REBUILT, same, () => `projection ${name}`)
    }
    if (this.#erased.length === 0) return
    const { history, tables } = this.#disk
    const left = markedIn(`${JSON.stringify(history)}${tables.photograph(tables.names())}`)
    for (const userId of this.#erased) {
      mustHold(FORGOTTEN, !left.has(marker(userId)), () => `something says ${marker(userId)}`)
    }
  }

  #look({ type, data }: DomainEvent): void {
    const { tables } = this.#disk
    if (type === 'UserErased') {
      this.#erased.push(data.userId)
      for (const table of OWN_TABLES) this.#mustBeEmpty(table, tables.find(table, userIn(table, data.userId)))
      this.#mustBeEmpty('mails', tables.find('mails', { about: `user:${data.userId}` }))
      for (const id of data.inviteIds) {
        this.#mustBeEmpty('mails', tables.find('mails', { about: `invite:${id}` }))
        for (const row of tables.find('invites', { id })) this.#mustBeNobodys('invites', row)
      }
    }
    for (const subject of definitionOf(type).forgets?.(data) ?? []) {
      for (const event of this.#disk.under(subject, ['UserRegistered', 'InviteIssued', 'UserLoggedIn'])) {
        if (definitionOf(event.type).subject?.(event.data) !== subject) continue
        for (const field of definitionOf(event.type).personalFields) {
          const isGone = (event.data as Record<string, unknown>)[field] === null
          mustHold(FORGOTTEN, isGone, () => `${field} of ${event.type} at ${event.position}`)
        }
      }
    }
    if (type === 'UserLoggedIn' || type === 'UserLoggedOut' || type === 'SessionsEnded') {
      const shown = tables.find('sessions', { user_id: data.userId, ended_at: null })
      const live = this.#people.sessionsOf(data.userId)
      const same = shown.length === live.size && shown.every(({ id }) => live.has(String(id)))
      mustHold(LIVE_SESSIONS, same, () => `of ${data.userId}: ${shown.length} shown, ${live.size} live`)
    }
  }

  #mustBeEmpty(table: string, rows: readonly Row[]): void {
    mustHold(FORGOTTEN, rows.length === 0, () => `${rows.length} rows of ${table}`)
  }

  #mustBeNobodys(table: string, row: Row): void {
    for (const column in row) {
      mustHold(FORGOTTEN, !PERSONAL.has(column) || row[column] === null, () => `${column} of ${table}`)
    }
  }
}

const userIn = (table: string, userId: string): Row =>
  table === 'users' ? { id: userId } : { user_id: userId }
