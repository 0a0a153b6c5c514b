import { statSync } from 'node:fs'
import type { Command } from 'commander'
import type { Foundation } from '../foundation.ts'
import type { Checked } from '../infrastructure/engine.ts'
import { StoreUnavailable } from '../infrastructure/errors.ts'
import { compareProjections } from '../infrastructure/projections/compare.ts'
import { rebuildProjections } from '../infrastructure/projections/rebuild.ts'
import { whatWaits } from '../infrastructure/watch/waiting.ts'
import { projections } from '../projections/index.ts'
import { progressOnTerminal } from './replay.ts'
import { action, outputFor, table, UsageProblem, withFloor } from './run.ts'
import { surroundings } from './surroundings.ts'

const contents = async (floor: Foundation): Promise<readonly Checked[]> => {
  const { engine, database, store, clock } = floor
  const mails = await database.reader.all<{ status: string; count: number }>(
    `select status, count(*) as count from mails where status in ('queued', 'failed') group by status`,
  )
  const failed = mails.find(({ status }) => status === 'failed')?.count ?? 0
  const queued = mails.find(({ status }) => status === 'queued')?.count ?? 0
  const head = await store.head()
  const last = head > 0 ? await store.get(head) : null
  const differences = await compareProjections({ store, engine, projections, clock })
  return [
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

/** A database that cannot be read is a finding like any other. */
const unlessDown = async (look: () => Promise<readonly Checked[]>): Promise<readonly Checked[]> => {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return [{ what: 'database', ok: false, detail: error.message }]
  }
}

const findings = async (floor: Foundation, withMail: boolean): Promise<readonly Checked[]> => {
  const { database, engine, sqlite, store, clock, settings } = floor
  const secret =
    settings.secret === undefined ? (statSync(settings.secretFile).mode & 0o777).toString(8) : 'from SECRET'
  const around = async () => {
    const head = () => store.head()
    const waiting = await whatWaits({ reader: database.reader, head, projections, clock })
    return surroundings({ ...settings, file: sqlite?.file ?? null }, waiting, withMail)
  }
  return [
    { what: 'settings', ok: true, detail: `profile ${settings.profile}, ${settings.publicUrl}` },
    { what: 'root secret', ok: settings.secret !== undefined || secret === '600', detail: secret },
    ...(await unlessDown(() => engine.doctor())),
    ...(await unlessDown(() => contents(floor))),
    ...(await unlessDown(around)),
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
          const found = await findings(floor, mail ?? false)
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
        withFloor(async ({ database }) => {
          const rows: { projection: string; table: string; rows: number }[] = []
          for (const { name, tables: names } of projections) {
            for (const one of names) {
              const sql = `select count(*) as count from ${one}`
              const counted = await database.reader.get<{ count: number }>(sql)
              rows.push({ projection: name, table: one, rows: counted?.count ?? 0 })
            }
          }
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
        withFloor(async ({ store, database, engine, origin, clock, ids }) => {
          const wanted = projections.filter((one) => name === undefined || one.name === name)
          if (wanted.length === 0)
            throw new UsageProblem(
              `"${name}" is no projection: ${projections.map((one) => one.name).join(', ')}`,
            )
          const events = await rebuildProjections(
            {
              store,
              database,
              liveTables: engine.liveTables,
              projections: wanted,
              origin,
              clock,
              builder: ids(),
            },
            progressOnTerminal(),
          )
          outputFor(json ?? false).result({ events, rebuilt: wanted.map((one) => one.name) }, [
            `Rebuilt ${wanted.map((one) => one.name).join(', ')} from ${events} events.`,
          ])
        }),
      ),
    )
}
