import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import type { Answer, Order, Wish } from './pg-node.ts'
import { nextMessage, startWorker } from './support.ts'

const AT_ONCE = 10
const AFTER_ERROR_MS = 100
/** Wishes are about the newest few, so that several nodes have to do with the same at once. */
const NEWEST = 12

type Node = { readonly process: ChildProcess; readonly running: Set<number> }

/** Some nodes on one database, kept busy with random wishes; any of them may be killed and is replaced. */
export class Cluster {
  readonly #folder: string
  readonly #url: string
  readonly #random: () => number
  readonly #invites: string[] = []
  readonly #users: string[] = []
  #nodes: Node[] = []
  readonly #starting = new Set<ChildProcess>()
  #asked = 0
  #stopped = false
  readonly acknowledged: Answer[] = []
  /** Names of errors that callers were told, and how often. */
  readonly errors = new Map<string, number>()
  lastAnswerAt = 0

  constructor(folder: string, url: string, random: () => number) {
    this.#folder = folder
    this.#url = url
    this.#random = random
  }

  get size(): number {
    return this.#nodes.length
  }

  async add(): Promise<void> {
    const process = startWorker('pg-node.ts', this.#folder, this.#url)
    this.#starting.add(process)
    const ready = await nextMessage(process).then(
      () => true,
      () => false,
    )
    this.#starting.delete(process)
    if (this.#stopped) process.kill('SIGKILL')
    if (this.#stopped) return
    if (!ready) return this.add() // the server was away just now
    const node: Node = { process, running: new Set() }
    process.on('message', (answer: Answer) => void this.#answered(node, answer))
    this.#nodes.push(node)
    for (let n = 0; n < AT_ONCE; n++) this.#ask(node)
  }

  async killOne(): Promise<void> {
    const node = this.#nodes[Math.floor(this.#random() * this.#nodes.length)]
    if (!node) return
    this.#nodes = this.#nodes.filter((one) => one !== node)
    node.process.kill('SIGKILL')
    await once(node.process, 'exit')
  }

  /** Asks for nothing more, waits for the answers that are still to come, then kills all nodes. */
  async stop(waitMs = 30_000): Promise<void> {
    this.#stopped = true
    const deadline = performance.now() + waitMs
    while (this.#nodes.some(({ running }) => running.size > 0) && performance.now() < deadline)
      await sleep(50)
    const hanging = this.#nodes.reduce((sum, { running }) => sum + running.size, 0)
    while (this.#nodes.length > 0) await this.killOne()
    for (const process of this.#starting) process.kill('SIGKILL')
    if (hanging > 0) throw new Error(`${hanging} commands were never answered`)
  }

  /** How long until the next command is accepted, whoever carries it out. */
  async untilAccepted(withinMs: number): Promise<number> {
    const before = performance.now()
    while (performance.now() - before < withinMs) {
      if (this.lastAnswerAt > before) return this.lastAnswerAt - before
      await sleep(20)
    }
    throw new Error(`nothing was accepted for ${withinMs} ms`)
  }

  async #answered(node: Node, { n, wish, result }: Answer): Promise<void> {
    node.running.delete(n)
    if (result.startsWith('error')) {
      this.errors.set(result, (this.errors.get(result) ?? 0) + 1)
      await sleep(AFTER_ERROR_MS)
    } else {
      this.lastAnswerAt = performance.now()
      this.acknowledged.push({ n, wish, result })
      if (wish.kind === 'redeem' && /^[0-9A-Z]{26}$/.test(result)) this.#users.push(result)
    }
    if (this.#nodes.includes(node)) this.#ask(node)
  }

  #ask(node: Node): void {
    if (this.#stopped) return
    const order: Order = { ...this.#wish(), n: this.#asked++ }
    node.running.add(order.n)
    node.process.send(order, () => {}) // a node that was just killed hears nothing
  }

  #wish(): Wish {
    const what = this.#random()
    const newest = (of: readonly string[]) =>
      of.at(-1 - Math.floor(this.#random() * Math.min(NEWEST, of.length)))
    const invite = newest(this.#invites)
    const user = newest(this.#users)
    if (what < 0.25 || invite === undefined) {
      const id = ulid()
      this.#invites.push(id)
      return { kind: 'issue', id, email: `${id.toLowerCase()}@example.org` }
    }
    if (what < 0.4 && user !== undefined) return { kind: 'code', id: user }
    return { kind: what < 0.5 ? 'revoke' : 'redeem', id: invite }
  }
}
