import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { CsvError, parse } from 'csv-parse'
import { cellsByColumn, type ImportColumn, readHeading } from '../../domain/invites/import-line.ts'
import { decoded } from './decode.ts'

const DELIMITERS = [',', ';', '\t'] as const
const MAX_ROW = 65_536
const SLICE_MS = 3

/** The list is no table: a quotation mark that is never closed, a row without end. */
export class UnreadableList extends Error {
  override readonly name = 'UnreadableList'
  readonly line: number

  constructor(line: number) {
    super(`the list cannot be read from line ${line} on`)
    this.line = line
  }
}

export type Cells = { readonly line: number; readonly cells: Readonly<Record<ImportColumn, string>> }

/** Which of the delimiters a heading or first row is divided by; what stands in quotation marks does not count. */
const delimiterOf = (firstLine: string): string => {
  const bare = firstLine.replaceAll(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((one) => bare.split(one).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}

/** The first line with anything on it, and the text from the beginning on. */
const begin = async (text: AsyncGenerator<string>): Promise<{ firstLine: string; read: string }> => {
  let read = ''
  for (;;) {
    const found = /^\s*(\S[^\r\n]*)[\r\n]/.exec(read)
    if (found || read.length > MAX_ROW) return { firstLine: found?.[1] ?? read, read }
    const { done, value } = await text.next()
    if (done) return { firstLine: read.trim(), read }
    read += value
  }
}

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

/** The rows of a list, whatever program has written it. Throws UnreadableList. Others get their turn in between. */
export async function* linesOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Cells> {
  const text = decoded(source)
  const { firstLine, read } = await begin(text)
  const whole = async function* () {
    yield read
    yield* text
  }
  const rows = parse({
    delimiter: delimiterOf(firstLine),
    info: true,
    max_record_size: MAX_ROW,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  })
  const fed = pipeline(Readable.from(whole()), rows).catch(() => {}) // what goes wrong comes out of `rows`
  let heading: ReturnType<typeof readHeading> = null
  let isFirst = true
  let since = performance.now()
  let last = 0
  try {
    for await (const { record, info } of rows as AsyncIterable<Parsed>) {
      last = info.lines
      if (isFirst) {
        isFirst = false
        heading = readHeading(record)
        if (heading) continue
      }
      if (record.every((cell) => cell === '')) continue // a row of nothing but delimiters: spreadsheets end with them
      yield { line: info.lines, cells: cellsByColumn(record, heading) }
      if (performance.now() - since > SLICE_MS) {
        await setImmediate()
        since = performance.now()
      }
    }
  } catch (error) {
    if (error instanceof CsvError) throw new UnreadableList(last + 1)
    throw error
  } finally {
    rows.destroy()
    await fed
  }
}
