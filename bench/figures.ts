/** A figure over several rounds: the median is what to quote, the range says how calm the machine was. */
export type Figure = {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly unit: string
}

const rounded = (value: number) => Number(value.toPrecision(4))

export const figureOf = (values: readonly number[], unit: string): Figure => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return { median: rounded(median), min: rounded(sorted[0] ?? 0), max: rounded(sorted.at(-1) ?? 0), unit }
}

/** Pair by pair within a round: a drift of the machine's speed hits both sides of a pair. */
export const ratioOf = (over: readonly number[], under: readonly number[]): Figure =>
  figureOf(
    over.map((value, round) => value / (under[round] ?? Number.NaN)),
    'ratio',
  )

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Operations a second of a repeated piece of work. */
export const rate = async (count: number, work: () => Promise<void> | void): Promise<number> => {
  const began = performance.now()
  await work()
  return (count / (performance.now() - began)) * 1000
}

export const table = (figures: ReadonlyMap<string, Figure>): string => {
  const rows = [['figure', 'median', 'min', 'max', 'unit']]
  for (const [name, { median, min, max, unit }] of figures)
    rows.push([name, String(median), String(min), String(max), unit])
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
