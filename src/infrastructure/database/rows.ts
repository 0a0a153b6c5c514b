import type { Reader, Value } from '../../projections/projection.ts'
import type { Shape } from './template.ts'

const PAGE = 1000

export type TableRow = Readonly<Record<string, Value>>

/** Only rows in which this column is greater. */
export type Beyond = { readonly column: string; readonly value: Value } | null

/** Rows in the order of their primary key, a page at a time. */
export async function* pagesOf(
  reader: Reader,
  table: string,
  { columns, key }: Shape,
  beyond: Beyond,
): AsyncIterable<readonly TableRow[]> {
  const first = beyond ? [beyond.value] : []
  const keys = key.join(', ')
  let last: TableRow | undefined
  for (;;) {
    const place = last ? key.map((column) => last?.[column] ?? null) : []
    const where = [
      ...(beyond ? [`${beyond.column} > $1`] : []),
      ...(last ? [`(${keys}) > (${key.map((_, n) => `$${first.length + n + 1}`).join(', ')})`] : []),
    ]
    const condition = where.length === 0 ? '' : `where ${where.join(' and ')}`
    const rows = await reader.all<TableRow>(
      `select ${columns.join(', ')} from ${table} ${condition} order by ${keys} limit ${PAGE}`,
      [...first, ...place],
    )
    if (rows.length > 0) yield rows
    last = rows.at(-1)
    if (rows.length < PAGE) return
  }
}
