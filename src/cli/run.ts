import { readSettings } from '../config.ts'
import { type Foundation, openFoundation } from '../foundation.ts'
import { type ProblemCode, wordingOf } from '../http/problems.ts'
import { SetupProblem } from '../infrastructure/errors.ts'

/** Wrong words on the command line: exit code 2. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
}

/** The command was understood and refused: exit code 1. */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor({ code }: { readonly code: ProblemCode }) {
    super(`${wordingOf(code)} (${code})`)
  }
}

export type Output = {
  /** One result: readable lines for people, or the value itself with --json. */
  readonly result: (value: unknown, lines: readonly string[]) => void
  readonly line: (text: string) => void
}

export const outputFor = (json: boolean): Output => ({
  result: (value, lines) =>
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join('')),
  line: (text) => process.stdout.write(`${text}\n`),
})

/** Opens the floor for one command and closes it again, whatever happens. */
export const withFloor = async <T>(work: (floor: Foundation) => Promise<T>): Promise<T> => {
  const floor = await openFoundation(readSettings(process.env))
  try {
    return await work(floor)
  } finally {
    await floor.close()
  }
}

export const operator = (floor: Foundation) => ({ actor: 'operator', correlation: floor.ids() }) as const

/** Runs a command's action; turns what it throws into one clear message and the right exit code. */
export const action =
  <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
  async (...args: A): Promise<void> => {
    try {
      await work(...args)
    } catch (error) {
      const known = error instanceof SetupProblem || error instanceof UsageProblem || error instanceof Refused
      const busy = error instanceof Error && (error.name === 'StoreBusy' || error.name === 'StoreUnavailable')
      if (!known && !busy) throw error
      process.stderr.write(`${error.message}\n`)
      process.exitCode = error instanceof UsageProblem ? 2 : 1
    }
  }

/** Lines of a table with columns as wide as their widest cell. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
