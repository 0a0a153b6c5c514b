import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '../../domain/decision.ts'
import type { Actor } from '../../domain/event.ts'
import type { Locale } from '../../domain/invites/events.ts'
import { importInvite } from '../../domain/invites/import-invite.ts'
import type { ImportCode, ImportLine, ImportOutcome } from '../../domain/invites/import-line.ts'
import type { ReadSide } from '../../projections/index.ts'
import { type Clock, plus } from '../clock.ts'
import type { Ids } from '../ids.ts'

type By = { readonly actor: Actor; readonly correlation: string }
type Answer =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'refused'; readonly refusal: { readonly code: string } }

export type IssueParts = {
  readonly execute: <C, V>(command: Command<C, V>, wish: NoInfer<C>, by: By) => Promise<Answer>
  /** What an invite is like where its line says nothing. */
  readonly defaults: () => Promise<{
    readonly role: 'member' | 'auditor'
    readonly locale: Locale
    readonly ttlMs: number
  }>
  readonly reads: Pick<ReadSide, 'invites' | 'users'>
  readonly clock: Clock
  readonly ids: Ids
}

export type Issue = (lines: readonly ImportLine[], by: By) => Promise<readonly ImportLine[]>

/**
 * So many lines at once that others wait for a few milliseconds of work. Where the disk is slow even one line takes
 * longer: then many at once spare its time, and nobody waits longer for that.
 */
const BATCH = { least: 5, most: 50 }
const A_FEW_MS = 8
/** Others have this many times as long for themselves as a batch took: where the disk is slow, lists are slow. */
const REST = 2

const OUTCOMES: Readonly<Record<string, ImportOutcome>> = {
  email_already_registered: 'already-registered',
  invite_already_open: 'already-open',
}

/**
 * Issues what can be issued, in batches with rests in between that are as long as others need to get their turn. A line
 * keeps its invite's id, so doing it again after a crash issues nothing twice.
 */
export const issueLines = ({ execute, defaults, clock }: IssueParts): Issue => {
  return async (lines, by) => {
    const { role, locale, ttlMs } = await defaults()
    const issue = async (line: ImportLine): Promise<ImportLine> => {
      const wish = {
        inviteId: line.inviteId ?? '',
        email: line.email,
        role: line.role ?? role,
        locale: line.locale ?? locale,
        expiresAt: line.expiresAt ?? plus(clock(), ttlMs),
      }
      const answer = await execute(importInvite, wish, by)
      if (answer.outcome === 'accepted') return { ...line, outcome: 'issued' }
      const { code } = answer.refusal
      return { ...line, outcome: OUTCOMES[code] ?? 'refused', code: code as ImportCode }
    }
    const done: ImportLine[] = []
    let size = BATCH.least
    for (let from = 0; from < lines.length; ) {
      const batch = lines.slice(from, from + size)
      const since = performance.now()
      const before = performance.eventLoopUtilization()
      done.push(
        ...(await Promise.all(
          batch.map((line) => (line.outcome === 'issuable' ? issue(line) : Promise.resolve(line))),
        )),
      )
      from += batch.length
      const { active } = performance.eventLoopUtilization(before)
      size = active > A_FEW_MS ? Math.max(BATCH.least, size >> 1) : Math.min(BATCH.most, size + BATCH.least)
      await sleep((performance.now() - since) * REST)
    }
    return done
  }
}
