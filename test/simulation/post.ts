import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { mailing } from '../../src/domain/processes/mailing.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { createDoorbell } from '../../src/infrastructure/doorbell.ts'
import { type LeasedMail, type MailLeases, Outbox } from '../../src/infrastructure/mail/outbox.ts'
import type { Mail } from '../../src/infrastructure/mail/render.ts'
import { MailRefused } from '../../src/infrastructure/mail/transport.ts'
import type { Row } from '../../src/projections/projection.ts'
import type { Chance } from './chance.ts'
import type { Disk } from './disk.ts'
import type { Node } from './node.ts'
import type { Seams } from './seams.ts'

/** What the server made of a mail: it may take one and lose its answer. */
type Answer = 'taken' | 'taken-and-lost' | 'refused' | 'away'
type Talk = { readonly node: Node; readonly mail: Mail; readonly end: (answer: Answer) => void }

/** Told of each mail that a runner begins to hand over, and of each that the server has taken. */
type Watch = { readonly handedOver: (mail: Mail) => void; readonly taken: (mail: Mail) => void }

/** A mail server with moods. */
export class MailServer {
  readonly #chance: Chance
  readonly #watch: Watch
  readonly #talks: Talk[] = []
  isWell = false

  constructor(chance: Chance, watch: Watch) {
    this.#chance = chance
    this.#watch = watch
  }

  get isTalking(): boolean {
    return this.#talks.length > 0
  }

  send(node: Node, mail: Mail): Promise<void> {
    this.#watch.handedOver(mail)
    return new Promise((resolve, reject) => {
      const end = (answer: Answer) => {
        if (answer === 'taken' || answer === 'taken-and-lost') this.#watch.taken(mail)
        if (answer === 'taken') resolve()
        else if (answer === 'refused') reject(new MailRefused('smtp_550'))
        else reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))
      }
      if (this.isWell || !this.#chance.isOneIn(3)) end(this.#answer())
      else this.#talks.push({ node, mail, end })
    })
  }

  /** One of those that wait is answered. */
  answer(): void {
    const [talk] = this.#talks.splice(this.#chance.below(this.#talks.length), 1)
    talk?.end(this.#answer())
  }

  /** A node has died: of what it was handing over some arrives, and it never hears of it. */
  hangUp(node: Node): void {
    for (const talk of this.#talks.splice(0)) {
      if (talk.node !== node) this.#talks.push(talk)
      else if (this.#chance.isOneIn(2)) this.#watch.taken(talk.mail)
    }
  }

  #answer(): Answer {
    if (this.isWell) return 'taken'
    return this.#chance.of('taken', 'taken', 'taken', 'taken', 'taken', 'taken-and-lost', 'away', 'refused')
  }
}

const NOTES = 'mail_attempts'
type QueuedRow = Pick<LeasedMail, 'id' | 'template' | 'about'> & { readonly event_position: number }

/** The runner's notes as rows of the disk, as the engines keep them. */
const leasesOn = (disk: Disk, clock: () => string): MailLeases => {
  const note = (mailId: string): Row | undefined => disk.tables.find(NOTES, { mail_id: mailId })[0]
  const set = (mailId: string, row: Row) => {
    disk.tables.carryOut({ op: 'delete', table: NOTES, where: { mail_id: mailId } })
    disk.tables.carryOut({ op: 'insert', table: NOTES, row: { mail_id: mailId, ...row } })
  }
  return {
    async lease(limit, leaseMs) {
      const now = clock()
      const leased: LeasedMail[] = []
      for (const row of disk.tables.all('mails')) {
        if (row['status'] !== 'queued') continue
        const { id, event_position: eventPosition, template, about } = row as unknown as QueuedRow
        const known = note(id)
        if (known && (String(known['next_at']) > now || String(known['leased_until'] ?? '') > now)) continue
        const attempt = Number(known?.['attempts'] ?? 0) + 1
        set(id, { attempts: attempt, next_at: now, leased_until: plus(now, leaseMs) })
        leased.push({ id, eventPosition, template, about, attempt })
        if (leased.length === limit) break
      }
      return leased
    },
    async postpone(mailId, nextAt) {
      const known = note(mailId)
      if (known) set(mailId, { ...known, next_at: nextAt, leased_until: null })
    },
  }
}

type Parts = {
  readonly disk: Disk
  readonly server: MailServer
  readonly clock: () => string
  readonly seams: Seams
}

/** The service's own runner on a node, with a mail server that is none. A store that fails ends its work, as a death would. */
export const outboxOn = (node: Node, { disk, server, clock, seams }: Parts): Outbox => {
  let [sent, noted] = [0, 0]
  const render = ({ id }: DomainEvent, to: string): Mail =>
    seams.mail({ id, to, subject: '', text: '', html: '' }, sent++)
  return new Outbox({
    store: {
      ...node.store,
      decide: (request) =>
        seams.isNoted(noted++)
          ? node.store.decide(request).catch((cause: unknown) => {
              throw new Error('interrupted', { cause })
            })
          : Promise.resolve({ outcome: 'accepted', events: [] }),
    },
    leases: leasesOn(disk, clock),
    render: (event) => {
      const to = mailing(event)[0]?.to ?? null
      return to === null ? null : render(event, to)
    },
    transport: { send: (mail) => server.send(node, mail), close: async () => {} },
    doorbell: createDoorbell(),
    clock,
    log: { error: () => {}, info: () => {} },
  })
}
