import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { openMigrator } from '../foundation.ts'
import { systemClock } from '../infrastructure/clock.ts'
import type { Migrator } from '../infrastructure/database/migrator.ts'
import { action, outputFor, table, UsageProblem } from './run.ts'

const HISTORY_MIGRATION = 1

const withMigrator = async <T>(work: (migrator: Migrator) => Promise<T>): Promise<T> => {
  const migrator = await openMigrator(readSettings(process.env))
  try {
    return await work(migrator)
  } finally {
    await migrator.close()
  }
}

const numberOption = (text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new UsageProblem('--to takes the number of a migration.')
  return number
}

export const migrateCommands = (program: Command): void => {
  const migrate = program.command('migrate').description('the schema of the database')

  migrate
    .command('up')
    .description('applies what is missing; again changes nothing')
    .option('--to <number>', 'stop after this migration')
    .option('--json', 'print JSON')
    .action(
      action(async ({ to, json }: { to?: string; json?: boolean }) => {
        const done = await withMigrator(({ up, all }) => up(systemClock(), numberOption(to, all.length)))
        const names = done.map(({ number, name }) => `${number} ${name}`)
        outputFor(json ?? false).result(
          { applied: names },
          names.length ? names.map((name) => `applied ${name}`) : ['nothing to do'],
        )
      }),
    )

  migrate
    .command('down')
    .description('undoes the newest migration, or all above --to')
    .option('--to <number>', 'keep this migration and those below it')
    .option('--delete-history', 'allow it although the history holds events, which will be gone')
    .option('--json', 'print JSON')
    .action(
      action(
        async ({ to, deleteHistory, json }: { to?: string; deleteHistory?: boolean; json?: boolean }) => {
          const done = await withMigrator(async ({ down, status, hasEvents }) => {
            const applied = (await status()).filter(({ appliedAt }) => appliedAt !== null).length
            const target = numberOption(to, Math.max(0, applied - 1))
            if (target < HISTORY_MIGRATION && !deleteHistory && (await hasEvents())) {
              throw new UsageProblem(
                'This would delete the history. Make a backup, then add --delete-history if you mean it.',
              )
            }
            return down(target)
          })
          const names = done.map(({ number, name }) => `${number} ${name}`)
          outputFor(json ?? false).result(
            { undone: names },
            names.length ? names.map((name) => `undone ${name}`) : ['nothing to do'],
          )
        },
      ),
    )

  migrate
    .command('status')
    .description('which migrations are applied')
    .option('--json', 'print JSON')
    .action(
      action(async ({ json }: { json?: boolean }) => {
        const rows = await withMigrator(({ status }) => status())
        outputFor(json ?? false).result(
          rows,
          table(
            rows.map(({ number, name, appliedAt }) => [String(number), name, appliedAt ?? 'not applied']),
          ),
        )
      }),
    )
}
