import type { Actor } from '../../domain/event.ts'
import type { House } from '../house.ts'
import type { ImportView } from '../imports-door.ts'
import { Problem } from '../problems.ts'

const cell = (text: string): string => `"${text.replaceAll(/[\r\n]+/g, ' ').replaceAll('"', '""')}"`

type Row = {
  readonly email: string
  readonly role?: string | undefined
  readonly locale?: string | undefined
  readonly expiresAt?: string | undefined
}

/** Rows that came as data, as the table that lists come in. */
export const csvOf = (rows: readonly Row[]): string =>
  [
    'email,role,locale,expires',
    ...rows.map(({ email, role = '', locale = '', expiresAt = '' }) =>
      [email, role, locale, expiresAt].map(cell).join(','),
    ),
  ].join('\n')

/** Reads a list and judges its lines; throws the problem that makes it no list. Nothing is issued. */
export const planList = async (
  house: House,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  by: { readonly id: string; readonly actor: Actor; readonly hasOwnHeading?: boolean | undefined },
): Promise<ImportView> => {
  const planned = await house.imports.plan(source, by)
  switch (planned.outcome) {
    case 'planned':
    case 'known':
      return planned.import
    case 'unreadable':
      throw new Problem('import_unreadable', { line: planned.line })
    case 'empty':
      throw new Problem('import_empty')
    case 'too_many':
      throw new Problem('import_too_long')
    case 'other_content':
      throw new Problem('idempotency_key_reused')
    default:
      throw new Problem('idempotency_in_progress', {}, { 'retry-after': '1' })
  }
}

export const findImport = async (house: House, id: string): Promise<ImportView> => {
  const found = await house.imports.get(id)
  if (!found) throw new Problem('import_not_found')
  return found
}
