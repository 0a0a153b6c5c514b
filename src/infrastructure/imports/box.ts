import { randomBytes } from 'node:crypto'
import type { ImportLine } from '../../domain/invites/import-line.ts'
import { open, seal } from '../vault/box.ts'

const KEY_BYTES = 32

/** Seals the lines of an import under a key of its own: what is left of it once its row is gone cannot be read. */
export const openBoxes = (wrapping: Buffer) => {
  const context = (id: string) => `import ${id}`
  const keyOf = (id: string, wrapped: string) => open(wrapping, wrapped, context(id))
  return {
    newKey: (id: string): string => seal(wrapping, randomBytes(KEY_BYTES), context(id)),

    close: (id: string, wrappedKey: string, lines: readonly ImportLine[]): string =>
      seal(keyOf(id, wrappedKey), JSON.stringify(lines.map(pack)), context(id)),

    open: (id: string, wrappedKey: string, box: string): ImportLine[] =>
      (JSON.parse(open(keyOf(id, wrappedKey), box, context(id)).toString()) as Packed[]).map(unpack),
  }
}

const pack = (one: ImportLine) =>
  [
    one.line,
    one.email,
    one.outcome,
    one.code,
    one.inviteId,
    one.role,
    one.locale,
    one.expiresAt,
    one.firstLine,
  ] as const
type Packed = ReturnType<typeof pack>

const unpack = ([
  line,
  email,
  outcome,
  code,
  inviteId,
  role,
  locale,
  expiresAt,
  firstLine,
]: Packed): ImportLine => ({
  line,
  email,
  outcome,
  code,
  inviteId,
  role,
  locale,
  expiresAt,
  firstLine,
})
