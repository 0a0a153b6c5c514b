import type { Actor } from '../../domain/event.ts'
import type { ImportLine } from '../../domain/invites/import-line.ts'
import type { Reader } from '../../projections/projection.ts'
import { plus } from '../clock.ts'
import type { Exclusively } from '../database/work.ts'
import { openBoxes } from './box.ts'
import { type Issue, type IssueParts, issueLines } from './issue.ts'
import { UnreadableList } from './lines.ts'
import { countsOf, digesting, planned, TooManyLines } from './plan.ts'
import { resultFile } from './result.ts'
import * as rows from './rows.ts'

export type ImportParts = IssueParts & {
  readonly reader: Reader
  readonly exclusively: Exclusively
  /** Wraps the keys of imports. */
  readonly wrapping: Buffer
}

/** Addresses are kept this long after an import has ended, or was read and nobody said go. */
const KEEP_MS = 86_400_000
/** One that nobody can finish is forgotten, too. */
const KEEP_RUNNING_MS = 7 * KEEP_MS
const LEASE_MS = 30_000
const BROKEN_MS = 60_000
const EXCLUSION = 'imports'

export type Import = Omit<rows.ImportRow, 'wrappedKey' | 'digest'> & rows.Progress
export type Planned =
  | { readonly outcome: 'planned' | 'known'; readonly import: Import }
  | { readonly outcome: 'empty' | 'too_many' | 'other_content' | 'in_progress' }
  | { readonly outcome: 'unreadable'; readonly line: number }

type Which = 'all' | 'problems'

/** What imports are kept in, and everything that can be done with one; see docs/decisions/0014. */
export const openImports = (parts: ImportParts) => {
  const { reader, exclusively, clock, ids, wrapping } = parts
  const boxes = openBoxes(wrapping)
  const reads = rows.importReads(reader)
  const self = ids()
  const until = (ms: number) => ({ now: clock(), expiresAt: plus(clock(), ms) })

  const present = async (row: rows.ImportRow): Promise<Import> => {
    const { id, state, actor, createdAt, changedAt, expiresAt } = row
    return { id, state, actor, createdAt, changedAt, expiresAt, ...(await reads.progress(id)) }
  }

  const get = async (id: string): Promise<Import | null> => {
    const row = await reads.get(id)
    return row ? present(row) : null
  }

  const existing = async (id: string): Promise<rows.ImportRow> => {
    const row = await reads.get(id)
    if (!row) throw new Error(`import ${id} is gone`)
    return row
  }

  const discard = async (id: string): Promise<void> => {
    await exclusively(EXCLUSION, () => rows.removeIfBroken(id, '9999'))
  }

  /** Somebody sends the same again: nothing is read twice. */
  const repeated = async (id: string, passing: ReturnType<typeof digesting>): Promise<Planned> => {
    await passing.drain()
    const row = await reads.get(id)
    if (!row || row.digest === null) return { outcome: 'in_progress' }
    return row.digest === passing.digest()
      ? { outcome: 'known', import: await present(row) }
      : { outcome: 'other_content' }
  }

  /** Reads a list and judges its lines. Nothing is issued. `id` makes the same list, sent again, the same import. */
  const plan = async (
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    by: {
      readonly id: string
      readonly actor: Actor
      /** The heading was put there by us: the sender counts lines without it. */
      readonly hasOwnHeading?: boolean | undefined
    },
  ): Promise<Planned> => {
    const { id, actor, hasOwnHeading = false } = by
    const passing = digesting(source)
    const row = {
      id,
      actor,
      wrappedKey: boxes.newKey(id),
      createdAt: clock(),
      expiresAt: plus(clock(), KEEP_MS),
    }
    const isNew = await exclusively(EXCLUSION, function* () {
      yield* rows.removeIfBroken(id, plus(clock(), -BROKEN_MS))
      return yield* rows.insertImport(row)
    })
    if (!isNew) return repeated(id, passing)
    let number = 0
    try {
      for await (const lines of planned(parts, passing.bytes(), hasOwnHeading ? -1 : 0)) {
        const chunk = { number: ++number, box: boxes.close(id, row.wrappedKey, lines) }
        await exclusively(EXCLUSION, () => rows.insertChunk(id, chunk, countsOf(lines), clock()))
      }
    } catch (error) {
      await discard(id)
      if (error instanceof UnreadableList) return { outcome: 'unreadable', line: error.line }
      if (error instanceof TooManyLines) return { outcome: 'too_many' }
      throw error
    }
    if (number === 0) {
      await discard(id)
      return { outcome: 'empty' }
    }
    await exclusively(EXCLUSION, () => rows.completeReading(id, passing.digest(), clock()))
    return { outcome: 'planned', import: await present(await existing(id)) }
  }

  /** Does the next chunk. `busy`: another process is at it, or it does not run. */
  const advance = async (
    id: string,
    issue: Issue = issueLines(parts),
  ): Promise<'more' | 'ended' | 'busy'> => {
    const lease = { by: self, now: clock(), until: plus(clock(), LEASE_MS) }
    const chunk = await exclusively(EXCLUSION, () => rows.leaseChunk(id, lease))
    if (chunk === 'busy') return 'busy'
    if (chunk === 'ended') {
      await exclusively(EXCLUSION, () => rows.changeState(id, ['running'], 'done', until(KEEP_MS)))
      return 'ended'
    }
    const { actor, wrappedKey } = await existing(id)
    const lines = await issue(boxes.open(id, wrappedKey, chunk.box), {
      actor: actor as Actor,
      correlation: id,
    })
    const done = { number: chunk.number, box: boxes.close(id, wrappedKey, lines) }
    const isLast = await exclusively(EXCLUSION, () =>
      rows.finishChunk(id, self, done, countsOf(lines), until(KEEP_MS)),
    )
    return isLast ? 'ended' : 'more'
  }

  async function* batches(id: string, which: Which, from = 1): AsyncGenerator<readonly ImportLine[]> {
    const row = await reads.get(id)
    for (let next = from; row; ) {
      const chunk = await reads.chunk(id, next, which === 'problems')
      if (!chunk) return
      const lines = boxes.open(id, row.wrappedKey, chunk.box)
      yield which === 'all'
        ? lines
        : lines.filter(({ outcome }) => outcome !== 'issuable' && outcome !== 'issued')
      next = chunk.number + 1
    }
  }

  return {
    get,
    plan,
    advance,
    next: async (): Promise<string | null> => (await reads.next(clock()))?.id ?? null,
    latest: async (limit: number): Promise<readonly Import[]> =>
      Promise.all((await reads.latest(limit)).map(present)),

    /** Sets it going, or going on; false if it has ended. */
    begin: (id: string): Promise<boolean> =>
      exclusively(EXCLUSION, () =>
        rows.changeState(id, ['waiting', 'cancelled'], 'running', until(KEEP_RUNNING_MS)),
      ),

    /** Stops it after the lines in hand; what was issued stays issued. False if it has ended. */
    cancel: (id: string): Promise<boolean> =>
      exclusively(EXCLUSION, () => rows.changeState(id, ['waiting', 'running'], 'cancelled', until(KEEP_MS))),

    /** In their order, from behind a line on. */
    async lines(
      id: string,
      { which, after, limit }: { readonly which: Which; readonly after: number; readonly limit: number },
    ): Promise<readonly ImportLine[]> {
      const found: ImportLine[] = []
      for await (const batch of batches(id, which)) {
        for (const line of batch) if (line.line > after) found.push(line)
        if (found.length >= limit) break
      }
      return found.slice(0, limit)
    },

    result: (id: string): AsyncIterable<string> => resultFile(batches(id, 'all')),
    sweep: (): Promise<number> => exclusively(EXCLUSION, () => rows.removeExpired(clock())),
  }
}

export type Imports = ReturnType<typeof openImports>
