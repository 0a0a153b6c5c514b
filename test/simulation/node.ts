import type { DomainEvent } from '../../src/domain/catalogue.ts'
import { StoreBusy, StoreUnavailable } from '../../src/infrastructure/errors.ts'
import { BoundaryCache } from '../../src/infrastructure/event-store/boundary-cache.ts'
import { encodedTags } from '../../src/infrastructure/event-store/codec.ts'
import {
  type AnyRequest,
  eventAt,
  type Judged,
  judge,
  readingsOf,
} from '../../src/infrastructure/event-store/judging.ts'
import type { DecideOutcome, DecideRequest, EventStore } from '../../src/infrastructure/event-store/store.ts'
import type { Change } from '../../src/projections/projection.ts'
import type { Chance } from './chance.ts'
import type { Disk } from './disk.ts'
import type { Seams } from './seams.ts'

/** The process died; whoever asked it something never hears whether it was done. */
export class NodeGone extends Error {
  override readonly name = 'NodeGone'
}

/** What becomes of a commit. The last two end the node: one before the commit is durable, one after. */
export type Fate = 'written' | 'busy' | 'unavailable' | 'dies-before' | 'dies-after'

type Waiting = {
  readonly request: AnyRequest
  readonly resolve: (outcome: DecideOutcome) => void
  readonly reject: (error: unknown) => void
}

type Parts = {
  readonly disk: Disk
  readonly chance: Chance
  readonly clock: () => string
  readonly ids: () => string
  readonly seams: Seams
  /** Told of what stands in the history from now on, a decision at a time. */
  readonly committed: (events: readonly DomainEvent[]) => void
}

const MAX_GROUP = 4
const sameTag = (tag: string) => tag

/** One process: it groups commands, judges them with what it knows by heart, and commits what it alone can commit. */
export class Node {
  readonly #parts: Parts
  readonly #cache = new BoundaryCache()
  #queue: Waiting[] = []
  #group: Waiting[] = []
  #judged: readonly Judged[] = []
  #seen: number
  #commits = 0
  isGone = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#seen = parts.disk.head
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#group.length === 0
  }

  /** The port, as the service and its runners have it. */
  readonly store: EventStore = {
    decide: <V>(request: DecideRequest<V>) =>
      new Promise<DecideOutcome>((resolve, reject) => {
        if (this.isGone) reject(new NodeGone())
        else this.#queue.push({ request: request as AnyRequest, resolve, reject })
      }),
    get: async (position) => this.#parts.disk.at(position),
    head: async () => this.#parts.disk.head,
    read: () => {
      throw new Error('nobody reads on in a simulated world')
    },
    readStored: () => {
      throw new Error('nothing is stored as bytes in a simulated world')
    },
    close: async () => {},
  }

  /** A turn of the node: it judges the next group, or commits the one that it has judged. */
  turn(fate: () => Fate): void {
    if (this.#group.length > 0) {
      this.#commit(fate())
      return
    }
    this.#group = this.#queue.splice(0, 1 + this.#parts.chance.below(MAX_GROUP))
    this.#judge()
  }

  /** Everything in memory is gone. */
  die(): void {
    this.isGone = true
    for (const { reject } of [...this.#group, ...this.#queue]) reject(new NodeGone())
    this.#group = []
    this.#queue = []
  }

  #judge(): void {
    const { disk, clock, ids } = this.#parts
    const stored = new Map<string, DomainEvent[]>()
    for (const { request } of this.#group) {
      for (const { tag, fold } of readingsOf(request)) {
        if (fold.types.length === 0) continue
        const known = this.#cache.get(tag, fold.types)
        const events = known ?? disk.under(tag, fold.types)
        if (!known) this.#cache.set(tag, fold.types, events)
        const under = stored.get(tag)
        if (under) under.push(...events)
        else stored.set(tag, [...events])
      }
    }
    const requests = this.#group.map(({ request }) => request)
    this.#judged = judge(requests, stored, disk.lastAt, { clock, ids, encodeTag: sameTag })
  }

  /** Nobody else writes from here to its end, as with the head of the history held. */
  #commit(fate: Fate): void {
    const { disk, seams } = this.#parts
    if (fate === 'dies-before') {
      this.die()
      return
    }
    if (fate === 'busy' || fate === 'unavailable') {
      const error = fate === 'busy' ? new StoreBusy() : new StoreUnavailable()
      for (const { reject } of this.#group) reject(error)
      this.#group = []
      return
    }
    if (disk.head !== this.#seen) {
      if (seams.isCacheEmptied) this.#cache.clear()
      this.#seen = disk.head
      this.#judge()
    }
    const group = this.#group
    this.#group = []
    const answers = this.#write()
    // Judging stops behind a decision that forgets somebody; the rest have their turn anew.
    this.#queue.unshift(...group.slice(answers.length))
    if (fate === 'dies-after') {
      for (const { reject } of group) reject(new NodeGone())
      this.die()
      return
    }
    for (const [n, answer] of answers.entries()) answer(group[n])
  }

  #write(): ((waiting: Waiting | undefined) => void)[] {
    const { disk, seams, committed } = this.#parts
    let hasForgotten = false
    const answers = this.#judged.map((judged) => {
      if ('error' in judged) return (waiting: Waiting | undefined) => waiting?.reject(judged.error)
      const { decision, drafts, request } = judged
      const events = drafts.map((draft, n) => eventAt(draft, disk.head + n + 1))
      const isKept = events.length === 0 || seams.isWritten(this.#commits++)
      if (events.length > 0 && isKept) {
        const alongside: readonly Change[] = decision.outcome === 'accepted' ? (request.alongside ?? []) : []
        disk.commit(events, alongside)
        this.#remember(events)
        hasForgotten ||= events.some(({ type }) => type === 'UserErased' || type === 'InvitePurged')
        committed(events)
      }
      return (waiting: Waiting | undefined) => waiting?.resolve({ ...decision, events })
    })
    this.#seen = disk.head
    if (hasForgotten) this.#cache.clear()
    return answers
  }

  #remember(events: readonly DomainEvent[]): void {
    for (const event of events) {
      for (const tag of encodedTags(event, sameTag)) this.#cache.add(tag, [event])
    }
  }
}
