import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { executeOn } from '../../src/foundation.ts'
import type { Execute } from '../../src/http/house.ts'
import type { DecideOutcome } from '../../src/infrastructure/event-store/store.ts'
import type { Outbox } from '../../src/infrastructure/mail/outbox.ts'
import { projections } from '../../src/projections/index.ts'
import { openCalendar } from './calendar.ts'
import { Disk } from './disk.ts'
import { anyFate, goOn, STEPS_TO_CALLER, STEPS_TO_SERVER } from './fate.ts'
import type { Parts } from './figures.ts'
import { Laws } from './laws.ts'
import { Node } from './node.ts'
import { MailServer, outboxOn } from './post.ts'
import { Town } from './town.ts'
import { Violation } from './violation.ts'
import { anyWish, firstAdmin } from './wishes.ts'
import type { Wish } from './wishing.ts'

type Running = { readonly name: string; node: Node; outbox: Outbox; execute: Execute; skewMs: number }

const BEGIN = Date.parse('2026-03-01T09:00:00.000Z')
const SECOND = 1000
const HOUR = 3_600_000
const MAX_WAITING = 12
const REVIEW_EVERY = 700
const WINDING_DOWN = 400

/** Two nodes on one disk, a mail server, people who wish for something, and everything that can go wrong between them. */
export class World {
  readonly #parts: Parts
  readonly #town: Town
  readonly #disk: Disk
  readonly #laws: Laws
  readonly #server: MailServer
  readonly #nodes: Running[]
  readonly #instantOf = openCalendar()
  #now = BEGIN
  #ids = 0
  #waiting = 0
  #commands = 0
  #isCalm = false
  #violation: Violation | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    const { chance, seams } = parts
    const ids = () => String(++this.#ids).padStart(26, '0')
    this.#disk = new Disk(seams.projections(projections))
    this.#town = new Town(chance, ids, () => this.#now)
    this.#laws = new Laws(this.#disk, projections)
    this.#server = new MailServer(chance, {
      handedOver: (mail) => this.#watch(() => this.#laws.mail.handedOver(mail)),
      taken: (mail) => {
        parts.figures.mails++
        this.#laws.mail.taken(mail)
      },
    })
    this.#nodes = [this.#start('A'), this.#start('B')]
  }

  /** Lives through so many commands, then comes to rest. Throws the first violation of a law. */
  async live(commands: number): Promise<void> {
    await this.#begin()
    let reviewed = 0
    while (this.#commands < commands) {
      await this.#step()
      if (this.#commands - reviewed < REVIEW_EVERY) continue
      reviewed = this.#commands
      this.#laws.review()
    }
    await this.#comeToRest()
    this.#laws.review()
    this.#laws.mail.end()
    this.#parts.figures.worlds++
    this.#parts.figures.repeats += this.#laws.mail.repeats
  }

  async #begin(): Promise<void> {
    this.#isCalm = true
    this.#wish(firstAdmin(this.#town), this.#anyNode())
    while (this.#waiting > 0) await this.#turn()
    this.#isCalm = false
  }

  async #step(): Promise<void> {
    const { chance } = this.#parts
    const dice = chance.below(200)
    if (dice < 90 && this.#waiting < MAX_WAITING) this.#wish(anyWish(this.#town), this.#anyNode())
    else if (dice < 165) await this.#turn()
    else if (dice < 180) await this.#sendMails()
    else if (dice < 188 && this.#server.isTalking) await this.#hearServer()
    else if (dice < 199) this.#letTimePass()
    else if (chance.isOneIn(4)) await this.#die(this.#anyNode())
  }

  #anyNode(): Running {
    return this.#nodes[this.#parts.chance.below(this.#nodes.length)] as Running
  }

  #start(name: string): Running {
    const { chance, seams } = this.#parts
    const running: Partial<Running> = { skewMs: 0 }
    const clock = () => this.#instantOf(this.#now + (running.skewMs ?? 0))
    const node = new Node({
      disk: this.#disk,
      chance,
      clock,
      ids: this.#town.ids,
      seams,
      committed: (events) => this.#watch(() => this.#written(events)),
    })
    const outbox = outboxOn(node, { disk: this.#disk, server: this.#server, clock, seams })
    return Object.assign(running, { name, node, outbox, execute: executeOn(node.store), skewMs: 0 })
  }

  #written(events: readonly DomainEvent[]): void {
    const { figures, note } = this.#parts
    figures.events += events.length
    for (const event of events) {
      note(`${event.type}${event.id}${event.at}`)
      this.#town.take(event)
    }
    this.#laws.committed(events)
  }

  #wish(wish: Wish, running: Running): void {
    const { figures, seams, chance, note, tell } = this.#parts
    const command = ++this.#commands
    figures.commands++
    this.#waiting++
    tell(
      () => `${running.name} is asked ${command}: ${wish.type} by ${wish.actor} ${JSON.stringify(wish.wish)}`,
    )
    const answered = (outcome: DecideOutcome) => {
      this.#waiting--
      if (outcome.outcome === 'accepted') figures.accepted++
      else figures.refused++
      const answer = outcome.outcome === 'refused' ? outcome.refusal.code : `${outcome.events.length} events`
      note(answer)
      tell(() => `${command} is answered: ${answer}`)
      this.#watch(() => this.#laws.acknowledged(outcome.events))
      // The same click comes twice now and then, whatever became of the first.
      if (!this.#isCalm && wish.comesAgain && chance.isOneIn(40)) this.#wish(wish, this.#anyNode())
    }
    const failed = (error: unknown) => {
      this.#waiting--
      figures.failed++
      const { name, message } = error as Error
      if (!['StoreBusy', 'StoreUnavailable', 'NodeGone'].includes(name)) {
        this.#violation ??= new Violation(
          'a command is answered, or the store is to blame',
          `${wish.type}: ${message}`,
        )
      }
      note(name)
      tell(() => `${command} fails: ${name}`)
      if (!this.#isCalm && wish.comesAgain && !chance.isOneIn(3)) this.#wish(wish, this.#anyNode())
    }
    void wish.carryOut(running.execute, `C${command}`, seams).then(answered, failed)
  }

  async #turn(): Promise<void> {
    const running = this.#anyNode()
    if (running.node.isIdle) return
    this.#parts.tell(() => `${running.name} has a turn`)
    running.node.turn(() => (this.#isCalm ? 'written' : anyFate(this.#parts.chance)))
    await this.#settle()
    if (running.node.isGone) this.#restart(running)
  }

  async #die(running: Running): Promise<void> {
    running.node.die()
    await this.#settle()
    this.#restart(running)
  }

  #restart(running: Running): void {
    this.#parts.figures.deaths++
    this.#parts.tell(() => `${running.name} has died and starts anew`)
    this.#server.hangUp(running.node)
    const { node, outbox, execute } = this.#start(running.name)
    Object.assign(running, { node, outbox, execute })
  }

  async #sendMails(): Promise<void> {
    const running = this.#anyNode()
    this.#parts.tell(() => `${running.name} sends mails`)
    // Not waited for: what it sends may be on its way for long.
    void running.outbox.sendDue().catch((error: unknown) => this.#unexpected(error))
    await this.#settle(STEPS_TO_SERVER)
  }

  async #hearServer(): Promise<void> {
    this.#server.answer()
    await this.#settle()
  }

  #letTimePass(): void {
    const { chance, tell } = this.#parts
    const ms = chance.of(SECOND, SECOND, 30 * SECOND, 30 * SECOND, 600 * SECOND, HOUR, 12 * HOUR, -HOUR)
    if (chance.isOneIn(4)) {
      const running = this.#anyNode()
      running.skewMs = chance.of(0, 0, 2 * SECOND, -2 * SECOND, HOUR, -HOUR)
      tell(() => `the clock of ${running.name} is ${running.skewMs} ms ahead`)
    }
    this.#now += ms
    tell(() => `it is ${new Date(this.#now).toISOString()}`)
  }

  /** Nothing goes wrong any more, and everybody gets the time they need. */
  async #comeToRest(): Promise<void> {
    this.#isCalm = true
    this.#server.isWell = true
    for (const running of this.#nodes) running.skewMs = 0
    for (let n = 0; n < WINDING_DOWN; n++) {
      while (this.#nodes.some(({ node }) => !node.isIdle)) await this.#turn()
      while (this.#server.isTalking) await this.#hearServer()
      await this.#sendMails()
      if (this.#disk.tables.find('mails', { status: 'queued' }).length === 0) return
      this.#now += n < 60 ? 30 * SECOND : HOUR
    }
  }

  async #settle(steps = STEPS_TO_CALLER): Promise<void> {
    await goOn(steps)
    if (this.#violation) throw this.#violation
  }

  /** Laws are broken inside of nodes and runners, which would take it for an error of their own. */
  #watch(look: () => void): void {
    try {
      look()
    } catch (error) {
      this.#unexpected(error)
    }
  }

  #unexpected(error: unknown): void {
    this.#violation ??=
      error instanceof Violation
        ? error
        : new Violation('nothing else goes wrong', String((error as Error).stack))
  }
}
