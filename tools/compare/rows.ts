import { type Figure, figureOf, ratioOf } from '../../bench/figures.ts'

/** One kind of work, done by both sides in each round. */
export type Row = {
  readonly work: string
  readonly other: string
  readonly unit: string
  readonly ours: number[]
  readonly theirs: number[]
}

const digits = ({ median, min, max }: Figure) => `${median} (${min} to ${max})`

export const figuresOf = ({ work, other, unit, ours, theirs }: Row) => ({
  work,
  unit,
  latchkey: figureOf(ours, unit),
  other,
  theirs: figureOf(theirs, unit),
  ratio: ratioOf(ours, theirs),
})

export const markdown = (rows: readonly Row[]): string =>
  [
    '| work | unit | Latchkey | beside it | its figure | Latchkey over it |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows
      .map(figuresOf)
      .map(
        ({ work, unit, latchkey, other, theirs, ratio }) =>
          `| ${work} | ${unit} | ${digits(latchkey)} | ${other} | ${digits(theirs)} | ${digits(ratio)} |`,
      ),
  ].join('\n')
