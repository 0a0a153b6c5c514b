import type { ImportLine } from '../../domain/invites/import-line.ts'

const HEADING = 'line,email,outcome,code,inviteId'

/** What a spreadsheet would take for a formula is written so that it stays text. */
const cell = (value: string | number | null): string => {
  const text = String(value ?? '')
  const harmless = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** What became of each line, as a table that spreadsheets open. */
export async function* resultFile(batches: AsyncIterable<readonly ImportLine[]>): AsyncGenerator<string> {
  yield `\uFEFF${HEADING}\r\n`
  for await (const lines of batches) {
    yield lines
      .map(({ line, email, outcome, code, inviteId }) =>
        [line, email, outcome, code, outcome === 'issued' ? inviteId : null].map(cell).join(','),
      )
      .map((row) => `${row}\r\n`)
      .join('')
  }
}
