import { createReadStream } from 'node:fs'
import { SingleBar } from 'cli-progress'
import { parse } from 'csv-parse'
import { canonicalAddress } from '../domain/address.ts'
import { issueInvite } from '../domain/invites/issue-invite.ts'
import { inviteLocale } from '../domain/settings/in-force.ts'
import type { Foundation } from '../foundation.ts'
import { plus } from '../infrastructure/clock.ts'
import { openSettings } from '../settings.ts'
import { operator, outputFor, UsageProblem } from './run.ts'
import { untilInterrupted } from './stopping.ts'

type Outcome = 'issued' | 'already-open' | 'already-registered' | 'duplicate' | 'invalid'
type Row = { readonly line: number; readonly email: string; readonly outcome: Outcome }

const looksLikeHeader = (cells: readonly string[]) =>
  cells.some((cell) => /^(e-?mail|address|почта|адрес)$/i.test(cell.trim()))

/** One address a row, in the column the header names, or the first cell that holds one. */
async function* addressesOf(file: string): AsyncIterable<{ line: number; email: string }> {
  const source = createReadStream(file)
  const rows = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  })
  source.on('error', (error) => rows.destroy(error)) // pipe hands on the data, not what goes wrong
  source.pipe(rows)
  let column: number | null = null
  let line = 0
  for await (const cells of rows as AsyncIterable<string[]>) {
    line++
    if (line === 1 && looksLikeHeader(cells)) {
      column = cells.findIndex((cell) => looksLikeHeader([cell]))
      continue
    }
    const email = column === null ? cells.find((cell) => cell.includes('@')) : cells[column]
    yield { line, email: email ?? cells[0] ?? '' }
  }
}

/**
 * Issues an invite a row. Whoever has an open invite or is a user already is skipped and named, so that importing the
 * same file again issues nothing twice.
 */
export const importInvites = async (
  floor: Foundation,
  file: string,
  { dryRun, json }: { readonly dryRun: boolean; readonly json: boolean },
): Promise<void> => {
  const inForce = await openSettings(floor).fresh()
  const seen = new Set<string>()
  const rows: Row[] = []
  const bar = process.stderr.isTTY && !json ? new SingleBar({ format: '{bar} {value} rows' }) : null
  const signal = untilInterrupted() // what was issued stays, and the next run goes on from there
  const outcomeOf = async (email: string): Promise<Outcome> => {
    const address = canonicalAddress(email.trim())
    if (address === null) return 'invalid'
    if (seen.has(address)) return 'duplicate'
    seen.add(address)
    if (await floor.reads.users.byEmail(address)) return 'already-registered'
    const [open] = await floor.reads.invites.list(
      { email: address, state: 'open' },
      { now: floor.clock(), limit: 1 },
    )
    if (open) return 'already-open'
    if (dryRun) return 'issued'
    const expiresAt = plus(floor.clock(), inForce.inviteTtlMs)
    const locale = inviteLocale(inForce, 'en')
    const wish = { inviteId: floor.ids(), email: address, role: inForce.inviteRole, locale, expiresAt }
    const outcome = await floor.execute(issueInvite, wish, operator(floor))
    return outcome.outcome === 'accepted' ? 'issued' : 'already-registered'
  }
  bar?.start(0, 0)
  try {
    for await (const { line, email } of addressesOf(file)) {
      if (signal.interrupted()) break
      rows.push({ line, email, outcome: await outcomeOf(email) })
      bar?.update(rows.length)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UsageProblem(`There is no file ${file}.`)
    throw error
  } finally {
    bar?.stop()
    signal.done()
  }
  const counts: Record<Outcome, number> = {
    issued: 0,
    'already-open': 0,
    'already-registered': 0,
    duplicate: 0,
    invalid: 0,
  }
  for (const { outcome } of rows) counts[outcome]++
  const notIssued = rows.filter(({ outcome }) => outcome !== 'issued')
  outputFor(json).result({ dryRun, interrupted: signal.interrupted(), counts, rows }, [
    ...notIssued.map(({ line, email, outcome }) => `line ${line}: ${email}: ${outcome}`),
    `${dryRun ? 'Would issue' : 'Issued'} ${counts.issued} of ${rows.length}; open already ${counts['already-open']}, users already ` +
      `${counts['already-registered']}, doubled ${counts.duplicate}, no address ${counts.invalid}.`,
    ...(signal.interrupted() ? ['Interrupted. Run it again: it goes on where it stopped.'] : []),
  ])
  if (signal.interrupted()) process.exitCode = 130
}
