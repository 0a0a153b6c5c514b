/** What was measured with so many events in PostgreSQL. */
export type Measured = {
  readonly events: number
  /** A table's rows and its indexes, in bytes for each event of the history. */
  readonly bytes: Readonly<Record<string, { readonly heap: number; readonly indexes: number }>>
  readonly ms: Readonly<Record<string, number>>
  readonly there: { readonly seconds: number; readonly mostMb: number }
  readonly back: { readonly seconds: number; readonly mostMb: number }
}

const SIZES = [1e7, 1e8, 1e9] as const
const RATES = [10, 100, 1000, 10_000] as const
/** Events that a command appends: four of five append one, signing up by an invite appends five. */
const EVENTS_A_COMMAND = 1.3
const SECONDS_A_DAY = 86_400
/** What the log holds for each byte that stays: full pages after each checkpoint, and the pages of indexes. */
const LOG_A_BYTE = 2.5

const GB = 2 ** 30
const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))

/** y = a + b·log10(n), by least squares. */
const logarithm = (points: readonly (readonly [number, number])[]) => {
  const xs = points.map(([n]) => Math.log10(n))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(xs), mean(points.map(([, y]) => y))]
  const over = points.reduce((sum, [, y], n) => sum + ((xs[n] ?? 0) - mx) * (y - my), 0)
  const under = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0)
  const slope = under === 0 ? 0 : over / under
  return (n: number) => my + slope * (Math.log10(n) - mx)
}

/** Whether a time grows with the history itself, and not only with the depth of its indexes. */
const isLinear = (points: readonly (readonly [number, number])[]): boolean => {
  const [first, last] = [points[0], points.at(-1)]
  return first !== undefined && last !== undefined && last[1] / first[1] > Math.sqrt(last[0] / first[0])
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const sizes = (measured: readonly Measured[]): string => {
  const largest = measured.at(-1)
  if (!largest) return ''
  const all = Object.entries(largest.bytes)
  const sum = (of: 'heap' | 'indexes') => all.reduce((total, [, one]) => total + one[of], 0)
  const total = sum('heap') + sum('indexes')
  return [
    tableOf(
      ['table', 'rows, bytes an event', 'indexes, bytes an event'],
      [
        ...all.map(([name, { heap, indexes }]) => [name, shown(heap), shown(indexes)]),
        ['all', shown(sum('heap')), shown(sum('indexes'))],
      ],
    ),
    tableOf(
      ['events', 'all, GB', 'history alone, GB'],
      SIZES.map((events) => {
        const history = ['events', 'event_tags']
          .map((name) => largest.bytes[name])
          .reduce((bytes, one) => bytes + (one?.heap ?? 0) + (one?.indexes ?? 0), 0)
        return [events.toExponential(0), shown((total * events) / GB), shown((history * events) / GB)]
      }),
    ),
    tableOf(
      ['commands a second, all day', 'events a day', 'GB a day', 'log, GB a day', 'days to 10^9 events'],
      RATES.map((rate) => {
        const events = rate * EVENTS_A_COMMAND * SECONDS_A_DAY
        const bytes = events * total
        return [
          String(rate),
          events.toExponential(1),
          shown(bytes / GB),
          shown((bytes * LOG_A_BYTE) / GB),
          shown(1e9 / events),
        ]
      }),
    ),
  ].join('\n\n')
}

const times = (measured: readonly Measured[]): string => {
  const names = Object.keys(measured[0]?.ms ?? {})
  const line = (name: string, points: readonly (readonly [number, number])[]) => {
    const grows = logarithm(points)
    const [most, last] = points.at(-1) ?? [1, 0]
    return [
      name,
      ...points.map(([, value]) => shown(value)),
      ...SIZES.map((events) =>
        shown(isLinear(points) ? (last / most) * events : Math.max(last, grows(events))),
      ),
    ]
  }
  const seconds = (way: 'there' | 'back') =>
    measured.map((one): readonly [number, number] => [one.events, one[way].seconds])
  return tableOf(
    [
      '',
      ...measured.map(({ events }) => `${events} events`),
      ...SIZES.map((events) => `${events.toExponential(0)} (reckoned)`),
    ],
    [
      ...names.map((name) =>
        line(
          `${name}, ms`,
          measured.map(({ events, ms }) => [events, ms[name] ?? 0]),
        ),
      ),
      line('move to PostgreSQL, s', seconds('there')),
      line('move to SQLite, s', seconds('back')),
    ],
  )
}

/** Tables of what was measured, and what it comes to with more. */
export const reckon = (measured: readonly Measured[]): string => `${sizes(measured)}\n\n${times(measured)}`
