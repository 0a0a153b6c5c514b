import type { Command } from 'commander'
import { type DomainEvent, isEventType, tagsOf } from '../domain/catalogue.ts'
import type { Tag } from '../domain/event.ts'
import { compareCommand } from './compare.ts'
import { replayCommand } from './replay.ts'
import { action, outputFor, UsageProblem, withFloor } from './run.ts'
import { sealCommands } from './seals.ts'

const summary = (event: DomainEvent): string => {
  const about = tagsOf(event).filter((tag) => !tag.startsWith('email:'))
  return `${String(event.position).padStart(8)}  ${event.at}  ${event.type.padEnd(20)}  ${event.actor}  ${about.join(' ')}`
}

const positive = (text: string, what: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new UsageProblem(`${what} takes a whole number.`)
  return number
}

export const historyCommands = (program: Command): void => {
  const history = program.command('history').description('events, seals and proofs')

  replayCommand(history)
  compareCommand(history)

  history
    .command('list')
    .description('events in their order')
    .option('--tag <tag>', 'about this, such as invite:01J…, user:01J… or email:ada@example.org')
    .option('--type <type>', 'of this type, such as InviteIssued')
    .option('--after <position>', 'from behind this position', '0')
    .option('--limit <number>', 'how many', '100')
    .option('--json', 'print JSON')
    .action(
      action(
        async (options: { tag?: string; type?: string; after: string; limit: string; json?: boolean }) => {
          const { tag, type } = options
          if (tag !== undefined && !/^[a-z]+:.+/.test(tag))
            throw new UsageProblem('A tag looks like invite:01J…')
          if (type !== undefined && !isEventType(type)) throw new UsageProblem(`"${type}" is no event type.`)
          const limit = positive(options.limit, '--limit')
          const after = positive(options.after, '--after')
          await withFloor(async (floor) => {
            const events: DomainEvent[] = []
            const types = type !== undefined && isEventType(type) ? [type] : undefined
            for await (const event of floor.store.read({ tag: tag as Tag | undefined, types, after })) {
              if (events.length === limit) break
              events.push(event)
            }
            outputFor(options.json ?? false).result(
              events,
              events.length ? events.map(summary) : ['No events.'],
            )
          })
        },
      ),
    )

  history
    .command('show')
    .argument('<position>')
    .description('one event, personal fields included where they are not forgotten')
    .option('--json', 'print JSON')
    .action(
      action(async (position: string, options: { json?: boolean }) =>
        withFloor(async (floor) => {
          const event = await floor.store.get(positive(position, 'history show'))
          if (!event) throw new UsageProblem(`There is no event at position ${position}.`)
          outputFor(options.json ?? false).result(event, JSON.stringify(event, null, 2).split('\n'))
        }),
      ),
    )

  sealCommands(history)
}
