import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { ulidSchema } from '../../domain/event.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import { SetupProblem } from '../errors.ts'

const erasureSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('UserErased'),
    position: z.int().positive(),
    data: z.object({ userId: ulidSchema, inviteIds: z.array(ulidSchema) }),
  }),
  z.object({
    type: z.literal('InvitePurged'),
    position: z.int().positive(),
    data: z.object({ inviteId: ulidSchema }),
  }),
])

/** That somebody was forgotten: opaque ids and nothing of the person, so that the list may outlive them. */
export type Erasure = z.infer<typeof erasureSchema>

const TYPES = erasureSchema.options.map((option) => option.shape.type.value)

/** The erasures behind a position, as the history has them. */
export const erasuresAfter = (db: SqliteConnection, position: number): readonly Erasure[] =>
  db
    .prepare(
      `select bytes from events where type in (${TYPES.map((type) => `'${type}'`).join(', ')}) and position > ?
       order by position`,
    )
    .pluck()
    .all(position)
    .map((bytes) => erasureSchema.parse(JSON.parse(bytes as string)))

/** Reads a list of erasures, one a line; the events of an export will do, of which only the erasures are taken. */
export const readErasures = (file: string): readonly Erasure[] => {
  if (!existsSync(file)) throw new SetupProblem(`There is no file ${file}.`)
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      const { type } = z.object({ type: z.string() }).parse(JSON.parse(line))
      return TYPES.some((one) => one === type) ? [erasureSchema.parse(JSON.parse(line))] : []
    } catch (error) {
      throw new SetupProblem(`Line ${index + 1} of ${file} is no erasure.`, { cause: error })
    }
  })
}
