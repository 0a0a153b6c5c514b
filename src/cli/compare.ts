import type { Command } from 'commander'
import type { Foundation } from '../foundation.ts'
import { compareMoments } from '../http/acts/compare.ts'
import { momentOf } from '../http/acts/moments.ts'
import { presentDifference } from '../http/api/compare.ts'
import { Problem, wordingOf } from '../http/problems.ts'
import type { Moment } from '../http/travel-door.ts'
import { openLooking } from '../infrastructure/event-store/looking.ts'
import type { Difference } from '../projections/comparing.ts'
import { action, UsageProblem, withFloor } from './run.ts'

const nothing = (value: string | number | null): string => (value === null ? '–' : String(value))

const linesOf = ({ kind, id, change, fields, events }: Difference): string[] => [
  `${change.padEnd(8)}${kind} ${id}${events.length > 0 ? `  (events ${events.map(({ position }) => position).join(', ')})` : ''}`,
  ...fields.map(({ name, from, to }) => `          ${name}: ${nothing(from)} → ${nothing(to)}`),
]

/** Everything that differs, a page at a time: as many differences as there are, and no more memory for it. */
async function* everyDifference(floor: Foundation, from: Moment, to: Moment): AsyncIterable<Difference> {
  const history = openLooking(floor)
  let next: number | null = from.position
  while (next !== null) {
    const range = { from: from.position, to: to.position, after: next }
    const page: Awaited<ReturnType<typeof compareMoments>> = await compareMoments({ history }, range)
    yield* page.differences
    next = page.next
  }
}

const momentIn = async (floor: Foundation, typed: string): Promise<Moment> => {
  try {
    return await momentOf({ history: openLooking(floor), now: floor.clock }, typed)
  } catch (error) {
    if (error instanceof Problem) throw new UsageProblem(`${typed}: ${wordingOf(error.code)}`)
    throw error
  }
}

const write = (text: string) => process.stdout.write(`${text}\n`)

const compare = async (floor: Foundation, typed: readonly [string, string], json: boolean): Promise<void> => {
  const given = [await momentIn(floor, typed[0]), await momentIn(floor, typed[1])] as const
  const [from, to] = given[0].position <= given[1].position ? given : ([given[1], given[0]] as const)
  const items: ReturnType<typeof presentDifference>[] = []
  let count = 0
  for await (const difference of everyDifference(floor, from, to)) {
    count++
    if (json) items.push(presentDifference(difference))
    else for (const line of linesOf(difference)) write(line)
  }
  if (json) write(JSON.stringify({ from, to, items }))
  else write(count === 0 ? 'Nothing is different.' : `${count} differences.`)
}

export const compareCommand = (history: Command): void => {
  history
    .command('compare')
    .argument('<from>', 'a position, or an instant such as 2026-03-01T09:00:00Z')
    .argument('<to>', 'likewise')
    .description('what came, went and changed between two moments, and by which events')
    .option('--json', 'print JSON')
    .action(
      action(async (from: string, to: string, { json = false }: { json?: boolean }) =>
        withFloor((floor) => compare(floor, [from, to], json)),
      ),
    )
}
