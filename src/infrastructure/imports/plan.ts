import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ImportCode,
  type ImportLine,
  type ImportOutcome,
  importOutcomes,
  readImportLine,
} from '../../domain/invites/import-line.ts'
import type { ReadSide } from '../../projections/index.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import { linesOf } from './lines.ts'
import type { ImportCounts } from './rows.ts'

/** As many as are looked up, sealed and later issued together. */
const CHUNK_LINES = 200
export const MAX_LINES = 100_000

export class TooManyLines extends Error {
  override readonly name = 'TooManyLines'
}

type Parts = { readonly reads: Pick<ReadSide, 'invites' | 'users'>; readonly clock: Clock; readonly ids: Ids }

export const countsOf = (lines: readonly ImportLine[]): ImportCounts => {
  const counts = Object.fromEntries(importOutcomes.map((outcome) => [outcome, 0])) as Record<
    ImportOutcome,
    number
  >
  for (const { outcome } of lines) counts[outcome]++
  return counts
}

const skipped = (
  line: ImportLine,
  outcome: ImportOutcome,
  code: ImportCode,
  firstLine: number | null = null,
) => ({
  ...line,
  outcome,
  code,
  firstLine,
})

/** Judges the lines of a list, a chunk at a time: each by itself, against those before it, and against who is here already. */
export async function* planned(
  { reads, clock, ids }: Parts,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  offset: number,
): AsyncGenerator<readonly ImportLine[]> {
  const firstLines = new Map<string, number>()
  let total = 0

  const once = (line: ImportLine): ImportLine => {
    if (line.outcome !== 'issuable') return line
    const first = firstLines.get(line.email)
    if (first !== undefined) return skipped(line, 'duplicate', 'address_duplicate', first)
    firstLines.set(line.email, line.line)
    return line
  }

  const complete = async (lines: readonly ImportLine[]): Promise<readonly ImportLine[]> => {
    const addresses = lines.filter(({ outcome }) => outcome === 'issuable').map(({ email }) => email)
    if (addresses.length === 0) return lines
    const owned = await reads.users.owned(addresses)
    const invited = await reads.invites.invited(addresses, clock())
    return lines.map((line) => {
      if (line.outcome !== 'issuable') return line
      if (owned.has(line.email)) return skipped(line, 'already-registered', 'email_already_registered')
      if (invited.has(line.email)) return skipped(line, 'already-open', 'invite_already_open')
      return { ...line, inviteId: ids() }
    })
  }

  let chunk: ImportLine[] = []
  for await (const { line, cells } of linesOf(source)) {
    if (++total > MAX_LINES) throw new TooManyLines(`more than ${MAX_LINES} lines`)
    chunk.push(once(readImportLine(line + offset, cells, clock())))
    if (chunk.length < CHUNK_LINES) continue
    const since = performance.now()
    yield await complete(chunk)
    chunk = []
    await sleep(Math.min(performance.now() - since, 50)) // others had to wait; now they go first
  }
  if (chunk.length > 0) yield await complete(chunk)
}

/** The same bytes, and their digest once they have all passed. */
export const digesting = (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
  const hash = createHash('sha256')
  return {
    digest: (): string => hash.digest('hex'),
    async *bytes(): AsyncGenerator<Uint8Array> {
      for await (const bytes of source) {
        hash.update(bytes)
        yield bytes
      }
    },
    async drain(): Promise<void> {
      for await (const bytes of source) hash.update(bytes)
    },
  }
}
