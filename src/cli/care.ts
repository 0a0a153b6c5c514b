import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { type Foundation, migrations } from '../foundation.ts'
import { migrationStatus } from '../infrastructure/database/migrations.ts'
import { sqliteReader } from '../infrastructure/database/sqlite.ts'
import { compareProjections } from '../infrastructure/projections/compare.ts'
import { rebuildProjections } from '../infrastructure/projections/rebuild.ts'
import { whatWaits } from '../infrastructure/watch/waiting.ts'
import { projections } from '../projections/index.ts'
import { progressOnTerminal } from './replay.ts'
import { action, outputFor, table, UsageProblem, withFloor } from './run.ts'
import { type Finding, surroundings } from './surroundings.ts'

const FULL = 2

const findings = async ({ db, reader, settings, store, clock }: Foundation): Promise<Finding[]> => {
  const pragma = (name: string): unknown => db.pragma(name, { simple: true })
  const synchronous = pragma('synchronous') === FULL && pragma('journal_mode') === 'wal'
  const integrity = pragma('integrity_check')
  const pending = migrationStatus(db, migrations()).filter(({ appliedAt }) => appliedAt === null).length
  const mails = reader
    .prepare(
      `select status, count(*) as count from mails where status in ('queued', 'failed') group by status`,
    )
    .all() as { status: string; count: number }[]
  const failed = mails.find(({ status }) => status === 'failed')?.count ?? 0
  const queued = mails.find(({ status }) => status === 'queued')?.count ?? 0
  const head = await store.head()
  const last = head > 0 ? await store.get(head) : null
  const differences = await compareProjections({ store, live: reader, projections, clock })
  const secret =
    settings.secret === undefined ? (statSync(settings.secretFile).mode & 0o777).toString(8) : 'from SECRET'
  return [
    { what: 'settings', ok: true, detail: `profile ${settings.profile}, ${settings.publicUrl}` },
    { what: 'root secret', ok: settings.secret !== undefined || secret === '600', detail: secret },
    {
      what: 'durability',
      ok: synchronous,
      detail: synchronous ? 'write-ahead log, synchronous=FULL' : 'commits can be lost',
    },
    { what: 'integrity', ok: integrity === 'ok', detail: String(integrity) },
    {
      what: 'migrations',
      ok: pending === 0,
      detail: pending === 0 ? 'all applied' : `${pending} missing: latchkey migrate up`,
    },
    {
      what: 'clock',
      ok: last === null || clock() >= last.at,
      detail:
        last === null || clock() >= last.at
          ? clock()
          : `behind the last event (${last.at}): set the machine's clock`,
    },
    { what: 'mail', ok: failed === 0, detail: `${queued} queued, ${failed} given up` },
    {
      what: 'read tables',
      ok: differences.length === 0,
      detail:
        differences.length === 0
          ? `equal a fresh build of ${head} events`
          : `${differences[0]?.table} differs: latchkey projections rebuild`,
    },
  ]
}

export const careCommands = (program: Command): void => {
  program
    .command('doctor')
    .description('looks at everything that can be wrong and says what to do')
    .option('--mail', 'also ask whether the mail server lets us in; nothing is sent')
    .option('--json', 'print JSON')
    .action(
      action(async ({ json, mail }: { json?: boolean; mail?: boolean }) =>
        withFloor(async (floor) => {
          const { reader, store, clock, settings } = floor
          const head = () => store.head()
          const waiting = await whatWaits({ reader: sqliteReader(reader), head, projections, clock })
          const found = [
            ...(await findings(floor)),
            ...(await surroundings(settings, waiting, mail ?? false)),
          ]
          const lines = table(found.map(({ what, ok, detail }) => [ok ? 'ok' : 'PROBLEM', what, detail]))
          outputFor(json ?? false).result(found, lines)
          if (found.some(({ ok }) => !ok)) process.exitCode = 1
        }),
      ),
    )

  const tables = program.command('projections').description('read tables')

  tables
    .command('status')
    .description('rows of each read table')
    .option('--json', 'print JSON')
    .action(
      action(async ({ json }: { json?: boolean }) =>
        withFloor(async ({ reader }) => {
          const rows = projections.flatMap(({ name, tables: names }) =>
            names.map((tableName) => ({
              projection: name,
              table: tableName,
              rows: reader.prepare(`select count(*) from ${tableName}`).pluck().get() as number,
            })),
          )
          outputFor(json ?? false).result(
            rows,
            table(rows.map((row) => [row.projection, row.table, String(row.rows)])),
          )
        }),
      ),
    )

  tables
    .command('rebuild')
    .argument('[name]', 'one projection; all of them without a name')
    .description('builds read tables anew from the history and swaps them in at once')
    .option('--json', 'print JSON')
    .action(
      action(async (name: string | undefined, { json }: { json?: boolean }) =>
        withFloor(async ({ store, db, clock, ids }) => {
          const wanted = projections.filter((one) => name === undefined || one.name === name)
          if (wanted.length === 0)
            throw new UsageProblem(
              `"${name}" is no projection: ${projections.map((one) => one.name).join(', ')}`,
            )
          const events = await rebuildProjections(
            { store, db, projections: wanted, clock, builder: ids() },
            progressOnTerminal(),
          )
          outputFor(json ?? false).result({ events, rebuilt: wanted.map((one) => one.name) }, [
            `Rebuilt ${wanted.map((one) => one.name).join(', ')} from ${events} events.`,
          ])
        }),
      ),
    )
}
