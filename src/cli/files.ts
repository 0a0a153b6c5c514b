import { existsSync, readFileSync } from 'node:fs'
import { UsageProblem } from './run.ts'

export const textOf = (file: string): string => {
  if (!existsSync(file)) throw new UsageProblem(`There is no file ${file}.`)
  return readFileSync(file, 'utf8')
}

/** A seal as it was signed: mail programs like to end lines in another way, and to put empty ones around. */
export const keptSealIn = (file: string): string => `${textOf(file).replaceAll('\r\n', '\n').trim()}\n`
