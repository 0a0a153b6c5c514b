import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { type Foundation, openFoundation } from '../foundation.ts'
import { createLog } from '../infrastructure/log.ts'
import { compareProjections } from '../infrastructure/projections/compare.ts'
import { type Progress, tablesOf } from '../infrastructure/projections/fresh.ts'
import { freshTables } from '../infrastructure/projections/fresh-in-threads.ts'
import { projections } from '../projections/index.ts'
import { action, outputFor, table, UsageProblem, withFloor } from './run.ts'
import { stopOnSignal } from './stopping.ts'

const MAX_PORT = 65_535

type Options = { readonly until?: string; readonly serve?: string; readonly json?: boolean }

type Moment = { readonly position: number; readonly at: string }

export const progressOnTerminal = (): Progress | undefined => {
  if (!process.stderr.isTTY) return undefined
  return (position, of) => {
    process.stderr.write(`\r${position} of ${of} events${position === of ? '\n' : ''}`)
  }
}

/** The last position that was there at an instant: events stand in the order of their instants. */
const positionAt = async ({ store }: Foundation, instant: string): Promise<number> => {
  let [before, after] = [0, (await store.head()) + 1]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    const event = await store.get(middle)
    if (event && event.at <= instant) before = middle
    else after = middle
  }
  return before
}

const momentOf = async (floor: Foundation, until: string | undefined): Promise<Moment> => {
  const head = await floor.store.head()
  if (until === undefined) return { position: head, at: floor.clock() }
  if (/^\d+$/.test(until)) {
    const position = Number(until)
    if (position > head) throw new UsageProblem(`The history ends at position ${head}.`)
    return { position, at: (await floor.store.get(position))?.at ?? floor.clock() }
  }
  const ms = Date.parse(until)
  if (!/^\d{4}-\d\d-\d\d/.test(until) || Number.isNaN(ms))
    throw new UsageProblem('--until takes a position, or an instant such as 2026-03-01T09:00:00Z.')
  const at = new Date(ms).toISOString()
  return { position: await positionAt(floor, at), at }
}

/** A fresh build against the live tables: exit code 1 if they differ. */
const compare = async ({ store, engine, origin, clock }: Foundation, json: boolean): Promise<void> => {
  const differences = await compareProjections(
    { store, engine, projections, origin, clock },
    progressOnTerminal(),
  )
  const [first] = differences
  if (first) process.exitCode = 1
  const lines = first
    ? [
        `${first.table} differs first here:`,
        `  live:    ${JSON.stringify(first.live)}`,
        `  history: ${JSON.stringify(first.fresh)}`,
        'latchkey projections rebuild makes the tables what the history says.',
      ]
    : ['The read tables are what the history says.']
  outputFor(json).result({ equal: !first, first: first ?? null }, lines)
}

/** What the read tables held at a moment. */
const count = async (floor: Foundation, until: string, json: boolean): Promise<void> => {
  const { position } = await momentOf(floor, until)
  const fresh = await freshTables({ ...floor, projections }, position, progressOnTerminal())
  try {
    const rows = tablesOf(projections).map((name) => ({
      table: name,
      rows: fresh.db.prepare(`select count(*) from ${name}`).pluck().get() as number,
    }))
    outputFor(json).result({ position, tables: rows }, [
      `As of position ${position}:`,
      ...table(rows.map((row) => [row.table, String(row.rows)])),
    ])
  } finally {
    fresh.close()
  }
}

const serve = async (until: string | undefined, port: number, json: boolean): Promise<void> => {
  const settings = readSettings(process.env)
  const log = await createLog(settings.logLevel, settings.logFile)
  const { serveAsOf } = await import('../as-of.ts') // all pages: nobody else waits for them here
  const floor = await openFoundation(settings)
  try {
    const moment = await momentOf(floor, until)
    const app = await serveAsOf(floor, moment, { port, log, progress: progressOnTerminal() })
    stopOnSignal(log, async () => {
      await app.close()
      await floor.close()
    })
    outputFor(json).result({ address: app.address, ...moment }, [
      `Latchkey as of position ${moment.position} (${moment.at}) is shown on ${app.address}`,
      'Nothing can be changed there; Ctrl-C ends it.',
    ])
  } catch (error) {
    await floor.close()
    throw error
  }
}

const portFrom = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port
  throw new UsageProblem(`--serve takes a port, 0 to ${MAX_PORT}.`)
}

export const replayCommand = (history: Command): void => {
  history
    .command('replay')
    .description('builds the read tables anew: to compare them with the live ones, or as of a moment')
    .option('--until <moment>', 'a position, or an instant such as 2026-03-01T09:00:00Z')
    .option('--serve <port>', 'shows all pages and the API as they were, on this port of this machine alone')
    .option('--json', 'print JSON')
    .action(
      action(async ({ until, serve: port, json = false }: Options) => {
        if (port !== undefined) return serve(until, portFrom(port), json)
        await withFloor((floor) => (until === undefined ? compare(floor, json) : count(floor, until, json)))
      }),
    )
}
