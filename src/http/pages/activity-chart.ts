import { type ContextName, contextNames, typesOf } from '../acts/history.ts'
import type { House } from '../house.ts'
import { stackedBars } from './bars.ts'

const HOUR_MS = 3_600_000

/** Columns of a day in a month, or of an hour in two days. */
const SCALES = {
  days: { ms: 24 * HOUR_MS, columns: 30, name: 10 },
  hours: { ms: HOUR_MS, columns: 48, name: 16 },
} as const
export type Scale = keyof typeof SCALES
export const scales = Object.keys(SCALES) as readonly Scale[]

/** What has happened of late, by context: stacked bars, and the numbers behind them. The last column is still growing. */
export const activityChart = async ({ history, now }: House, scale: Scale) => {
  const { ms, columns, name } = SCALES[scale]
  const end = (Math.floor(Date.parse(now()) / ms) + 1) * ms
  const moments = [...Array(columns + 1).keys()].map((n) => new Date(end - (columns - n) * ms).toISOString())
  const counts = await history.counts(moments)
  const rows = counts.map((found, n) => {
    const each = Object.fromEntries(
      contextNames.map((context) => [
        context,
        typesOf(context).reduce((sum, type) => sum + (found[type] ?? 0), 0),
      ]),
    ) as Record<ContextName, number>
    const since = moments[n] ?? ''
    return { since, until: moments[n + 1] ?? '', name: since.slice(0, name), each }
  })
  const total = (context: ContextName) => rows.reduce((sum, { each }) => sum + each[context], 0)
  const shown = contextNames.filter((context) => total(context) > 0)
  return {
    scale,
    ...stackedBars(
      rows.map(({ each }) => each),
      shown,
    ),
    since: moments[0] ?? '',
    until: moments.at(-1) ?? '',
    ways: shown.map((way) => ({ way, total: total(way) })),
    total: shown.reduce((sum, context) => sum + total(context), 0),
    rows: rows
      .filter(({ each }) => shown.some((context) => each[context] > 0))
      .map(({ each, ...row }) => ({ ...row, counts: shown.map((context) => each[context]) }))
      .toReversed(),
  }
}
