import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { carrierOn, type SqliteConnection } from '../database/sqlite.ts'
import { codeOf, isBusy, isFatal, isOutage, isUncertain, outward } from '../database/sqlite-errors.ts'
import { run, type Work } from '../database/work.ts'
import { StoreBusy, StoreUnavailable } from '../errors.ts'
import { type GroupParts, SqliteGroup } from './sqlite-group.ts'
import { SqliteHistory } from './sqlite-history.ts'
import type { DecideOutcome, DecideRequest, EventStore } from './store.ts'

const MAX_GROUP = 256
/** How long a command waits for another process's write lock before the caller hears "busy". */
const MAX_WAIT_MS = 5000
const RETRY_MS = { least: 1, most: 8 }
/** A commit of this size has to fit on the disk again before anybody is sent here. */
const PROBE = 'x'.repeat(65_536)

type Pending = {
  /** Runs inside the transaction; answers what to do once it is durable. */
  readonly run: () => () => void
  readonly since: number
  readonly reject: (error: unknown) => void
}

export type SqliteStoreOptions = GroupParts & {
  /** The connection for reading; `db` is the writer's. */
  readonly reader: SqliteConnection
  /** Rung after each commit that appended events. */
  readonly ring: () => void
  /** Told of each commit: how much work was in it, and how long its transaction took. */
  readonly committed?: ((commands: number, seconds: number) => void) | undefined
  /** The disk failed in a way after which going on could lie (fsync, corruption): the process should end. */
  readonly onFatal: (error: Error) => void
}

/**
 * The history in one SQLite file. Commands that arrive in the same turn of the event loop, or while a commit is
 * under way, are decided in one transaction and made durable by one fsync (group commit, ADR 0006).
 */
export class SqliteEventStore extends SqliteHistory implements EventStore {
  readonly #options: SqliteStoreOptions
  readonly #group: SqliteGroup
  readonly #carryOut: ReturnType<typeof carrierOn>
  readonly #begin: Database.Statement
  readonly #commit: Database.Statement
  #queue: Pending[] = []
  #draining: Promise<void> | null = null
  #closed = false
  /** The last commit failed because of the disk. */
  #failing = false
  /** What is on the disk nobody knows for sure: nothing more is promised. */
  #failed = false
  #logHoldsForgotten = false

  constructor(options: SqliteStoreOptions) {
    super(options)
    this.#options = options
    this.#group = new SqliteGroup(options)
    this.#carryOut = carrierOn(options.db)
    // Waiting inside SQLite would stop the event loop; waiting is done here, between tries.
    options.db.pragma('busy_timeout = 0')
    this.#begin = options.db.prepare('begin immediate')
    this.#commit = options.db.prepare('commit')
  }

  decide<V>(request: DecideRequest<V>): Promise<DecideOutcome> {
    return this.#enqueue(() => this.#group.decide(request))
  }

  /** In the next group's transaction, sharing its fsync. Only one process writes at a time: names are for other engines. */
  exclusively<T>(_name: string, work: () => Work<T>): Promise<T> {
    return this.#enqueue(() => {
      this.#group.flush() // the work may read rows that are still bundled
      this.#options.db.exec('savepoint work')
      try {
        const result = this.#carryOut(work())
        this.#options.db.exec('release work')
        return result
      } catch (error) {
        // A full or failing disk makes SQLite roll the whole transaction back by itself; the savepoint is gone with it.
        if (this.#options.db.inTransaction) this.#options.db.exec('rollback to work; release work')
        throw error
      }
    })
  }

  /** Throws while the disk takes no commits; it is tried only if the last one failed, and leaves nothing behind. */
  async checkWritable(): Promise<void> {
    if (!this.#failing) return
    await this.exclusively('probe', function* () {
      yield* run('insert into throttles (key, points, expires_at) values ($1, 0, 0)', [PROBE])
      yield* run('delete from throttles where key = $1', [PROBE])
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    this.#options.reader.close()
    this.#options.db.close()
  }

  #enqueue<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed || this.#failed) return reject(new StoreUnavailable('the store is closed'))
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      this.#queue.push({ run, since: performance.now(), reject })
      this.#draining ??= this.#drain()
    })
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // Lets everything that has already arrived join the group.
        await new Promise<void>((resolve) => setImmediate(resolve))
        const group = this.#queue.splice(0, MAX_GROUP)
        if (this.#commitTogether(group)) continue
        this.#queue = [...this.#withoutTheLate(group), ...this.#queue]
        await sleep(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least))
      }
    } finally {
      this.#draining = null
    }
  }

  /** False when another process holds the write lock: nothing has happened, and the group should be tried again. */
  #commitTogether(group: readonly Pending[]): boolean {
    if (this.#failed) {
      for (const { reject } of group) reject(new StoreUnavailable('the disk has failed'))
      return true
    }
    const settle: (() => void)[] = []
    const began = performance.now()
    try {
      this.#begin.run()
    } catch (error) {
      if (isBusy(codeOf(error))) return false
      this.#failing = true
      for (const { reject } of group) reject(outward(error))
      return true
    }
    try {
      this.#group.begin()
      for (const { run, reject } of group) {
        try {
          settle.push(run())
        } catch (error) {
          if (codeOf(error) !== '') throw error
          settle.push(() => reject(error))
        }
      }
      this.#group.flush()
      this.#commit.run()
    } catch (error) {
      this.#undo()
      if (isFatal(codeOf(error))) this.#end(error as Error)
      // One command's rows may have been refused by the database; alone, only that command fails.
      else if (group.length > 1 && !isOutage(codeOf(error))) {
        for (const one of group) if (!this.#commitTogether([one])) this.#queue.push(one)
        return true
      }
      this.#failing ||= isOutage(codeOf(error))
      // After a failed fsync a commit may be on the disk or not: "nothing was changed" could be a lie.
      const told = isUncertain(codeOf(error)) ? error : outward(error)
      for (const { reject } of group) reject(told)
      return true
    }
    this.#failing = false
    const { appended, forgot } = this.#group.committed()
    for (const done of settle) done()
    this.#options.committed?.(group.length, (performance.now() - began) / 1000)
    if (appended > 0) this.#options.ring()
    if (forgot || this.#logHoldsForgotten) this.#emptyLog()
    return true
  }

  /** Most of it without a lock. */
  emptyLog(): void {
    this.#options.db.pragma('wal_checkpoint(PASSIVE)')
    this.#emptyLog()
  }

  /**
   * The log still holds what was forgotten; emptying it lets go of the last copy. Whoever reads just now is in the
   * way: then it is done after a later commit.
   */
  #emptyLog(): void {
    try {
      const [result] = this.#options.db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      this.#logHoldsForgotten = result?.busy !== 0
    } catch (error) {
      this.#logHoldsForgotten = true
      if (isFatal(codeOf(error))) this.#end(error as Error)
      else if (codeOf(error) === '') throw error
    }
  }

  #undo(): void {
    this.#group.discard()
    if (this.#options.db.inTransaction) this.#options.db.exec('rollback')
  }

  #end(error: Error): void {
    this.#failed = true
    this.#options.onFatal(error)
  }

  #withoutTheLate(group: readonly Pending[]): Pending[] {
    const deadline = performance.now() - MAX_WAIT_MS
    return group.filter(({ since, reject }) => {
      if (since > deadline) return true
      reject(new StoreBusy('another process holds the database'))
      return false
    })
  }
}
