import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { openEngine } from '../foundation.ts'
import { systemClock } from '../infrastructure/clock.ts'
import { type Moved, moveDatabase } from '../infrastructure/move/move.ts'
import { action, outputFor, UsageProblem } from './run.ts'
import { untilInterrupted } from './stopping.ts'

const INTERRUPTED = 130

const lines = (moved: Moved, url: string): string[] => {
  if (moved.outcome === 'interrupted') {
    return ['Interrupted. The source is as it was; run it again and it goes on where it was.']
  }
  const { events, root, rows, missed } = moved
  return [
    `${events} events and everything that belongs to them (${rows} rows carried) are in ${url}.`,
    `Both histories have the root ${root}.`,
    ...(missed > 0
      ? [`${missed} events came meanwhile: stop the service and run it again to carry them, too.`]
      : []),
    'Now set DATABASE_URL to it. The root secret stays the same.',
  ]
}

const withoutPassword = (url: string): string => url.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1@')

export const moveCommands = (program: Command): void => {
  program
    .command('move')
    .argument('<url>', 'an empty database: postgres://… or sqlite:FILE')
    .description('carry everything from the database in use to another one, and prove both histories equal')
    .option('--json', 'print JSON')
    .action(
      action(async (url: string, options: { json?: boolean }) => {
        const settings = readSettings(process.env)
        const target = readSettings({ ...process.env, DATABASE_URL: url })
        if (target.postgresUrl === settings.postgresUrl && target.databaseFile === settings.databaseFile) {
          throw new UsageProblem('That is the database in use. Name another one.')
        }
        const bar =
          process.stderr.isTTY && !options.json
            ? new SingleBar({ format: '{bar} {value} of {total} rows, {table}' })
            : null
        const from = await openEngine(settings, systemClock())
        const signal = untilInterrupted()
        try {
          const to = await openEngine(target, systemClock())
          try {
            const moved = await moveDatabase({
              from,
              to,
              now: systemClock,
              interrupted: signal.interrupted,
              progress(table, rows, of) {
                if (bar?.isActive) bar.update(rows, { table })
                else bar?.start(of, rows, { table })
              },
            })
            bar?.stop()
            if (moved.outcome === 'interrupted') process.exitCode = INTERRUPTED
            outputFor(options.json ?? false).result(moved, lines(moved, withoutPassword(url)))
          } finally {
            await to.close()
          }
        } finally {
          bar?.stop()
          signal.done()
          await from.close()
        }
      }),
    )
}
