import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SingleBar } from 'cli-progress'
import type { ImportLine } from '../domain/invites/import-line.ts'
import type { Foundation } from '../foundation.ts'
import { importsOn } from '../imports.ts'
import type { Imports } from '../infrastructure/imports/imports.ts'
import { outputFor, UsageProblem } from './run.ts'
import { untilInterrupted } from './stopping.ts'

type Options = { readonly dryRun: boolean; readonly json: boolean; readonly result?: string | undefined }
type Signal = ReturnType<typeof untilInterrupted>

const PAGE = 1000

const read = async (imports: Imports, id: string, file: string) => {
  if (!(await stat(file).catch(() => null))?.isFile()) throw new UsageProblem(`There is no file ${file}.`)
  const planned = await imports.plan(createReadStream(file), { id, actor: 'operator' })
  switch (planned.outcome) {
    case 'planned':
      return planned.import
    case 'unreadable':
      throw new UsageProblem(
        `${file} cannot be read as a table from line ${planned.line} on: look for a quotation mark that is never closed.`,
      )
    case 'too_many':
      throw new UsageProblem(`${file} has more than 100,000 lines. Split it; nothing was issued.`)
    default:
      throw new UsageProblem(`There is no line in ${file}.`)
  }
}

/** Chunk after chunk until it is done or Ctrl-C; what was issued stays, and the same file again goes on from there. */
const carryOut = async (imports: Imports, id: string, signal: Signal, json: boolean): Promise<void> => {
  const bar =
    process.stderr.isTTY && !json
      ? new SingleBar({ format: '{bar} {value}/{total} lines, {eta_formatted}' })
      : null
  await imports.begin(id)
  bar?.start((await imports.get(id))?.lines ?? 0, 0)
  try {
    for (let step = 'more'; step === 'more'; ) {
      if (signal.interrupted()) {
        await imports.cancel(id)
        break
      }
      step = await imports.advance(id)
      bar?.update((await imports.get(id))?.processed ?? 0)
    }
  } finally {
    bar?.stop()
  }
}

async function* allLines(imports: Imports, id: string): AsyncGenerator<ImportLine> {
  for (let after = 0; ; ) {
    const lines = await imports.lines(id, { which: 'all', after, limit: PAGE })
    yield* lines
    const last = lines.at(-1)
    if (!last || lines.length < PAGE) return
    after = last.line
  }
}

const reasonOf = ({ outcome, code, firstLine }: ImportLine): string =>
  `${outcome}${code === null ? '' : ` (${firstLine === null ? code : `${code}, see line ${firstLine}`})`}`

/**
 * Issues an invite a line. Whoever has an open invite or is a user already is skipped and named, so that importing the
 * same file again issues nothing twice.
 */
export const importInvites = async (
  floor: Foundation,
  file: string,
  { dryRun, json, result }: Options,
): Promise<void> => {
  const imports = importsOn(floor)
  const id = floor.ids()
  const signal = untilInterrupted()
  try {
    const { lines: total } = await read(imports, id, file)
    if (!dryRun) await carryOut(imports, id, signal, json)
    if (result !== undefined) await pipeline(Readable.from(imports.result(id)), createWriteStream(result))
    const rows: ImportLine[] = []
    for await (const line of allLines(imports, id)) {
      if (json || (line.outcome !== 'issued' && line.outcome !== 'issuable')) rows.push(line)
    }
    const done = await imports.get(id)
    if (!done) throw new Error(`import ${id} is gone`)
    const { issuable, ...counts } = done.counts
    const issued = dryRun ? issuable : counts.issued
    outputFor(json).result(
      { id, dryRun, interrupted: signal.interrupted(), counts: { ...counts, issued }, rows },
      [
        ...rows.map((row) => `line ${row.line}: ${row.email}: ${reasonOf(row)}`),
        `${dryRun ? 'Would issue' : 'Issued'} ${issued} of ${total}; open already ${counts['already-open']}, users already ` +
          `${counts['already-registered']}, doubled ${counts.duplicate}, no good ${counts.invalid}, refused ${counts.refused}.`,
        ...(signal.interrupted() ? ['Interrupted. Run it again: it goes on where it stopped.'] : []),
      ],
    )
    if (signal.interrupted()) process.exitCode = 130
  } finally {
    signal.done()
  }
}
