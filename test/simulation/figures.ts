import type { Chance } from './chance.ts'
import type { Seams } from './seams.ts'

/** What happened, for the last lines of a run that failed; written down only then. */
export type Line = () => string

export type Figures = {
  commands: number
  accepted: number
  refused: number
  failed: number
  events: number
  mails: number
  repeats: number
  deaths: number
  worlds: number
}

export const noFigures = (): Figures => ({
  commands: 0,
  accepted: 0,
  refused: 0,
  failed: 0,
  events: 0,
  mails: 0,
  repeats: 0,
  deaths: 0,
  worlds: 0,
})

/** What a world is made of, and whom it tells. */
export type Parts = {
  readonly chance: Chance
  readonly seams: Seams
  readonly figures: Figures
  /** Told of each step. */
  readonly tell: (line: Line) => void
  /** Told of all that is written, and of each answer. */
  readonly note: (text: string) => void
}
