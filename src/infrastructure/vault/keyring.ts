import { randomBytes } from 'node:crypto'
import type { SqliteConnection } from '../database/sqlite.ts'
import { SetupProblem } from '../errors.ts'
import { open, seal } from './box.ts'
import { deriveKey, type RootSecret, type RootSecrets } from './root-secret.ts'

/**
 * Keys that must outlive a change of the root secret: random, wrapped by it, kept in the vault. Changing the root
 * then means wrapping a handful of rows anew, and no digest, hash or personal field has to be touched.
 */
const NAMES = ['personal', 'address-index', 'pepper', 'signing'] as const
type VaultKeyName = (typeof NAMES)[number]

export type Keyring = { readonly [K in VaultKeyName]: Buffer }

const KEY_BYTES = 32
const wrappingContext = (name: string) => `vault key ${name}`

/** Opens what is kept under a name in the vault. */
export const unwrapKey = (roots: RootSecrets, name: string, wrapped: string): Buffer => {
  const [rootId = '', box = ''] = wrapped.split('.')
  const root = roots.find(({ id }) => id === rootId)
  if (!root) {
    throw new SetupProblem(
      'The root secret does not belong to this database. Use the SECRET or SECRET_FILE it was made with.',
    )
  }
  return open(deriveKey(root, 'wrapping'), box, wrappingContext(name))
}

export const wrapKey = (root: RootSecret, name: string, key: Buffer): string =>
  `${root.id}.${seal(deriveKey(root, 'wrapping'), key, wrappingContext(name))}`

/** Opens the vault's keys; makes missing ones. Two processes starting at once end up with the same keys. */
export const openKeyring = (db: SqliteConnection, roots: RootSecrets, now: string): Keyring => {
  const select = db.prepare('select wrapped from vault_keys where name = ? order by id desc limit 1')
  const insert = db.prepare(`insert or ignore into vault_keys values (?, '1', ?, ?)`)
  const keyOf = (name: VaultKeyName): Buffer => {
    const find = () => select.get(name) as { wrapped: string } | undefined
    if (!find()) insert.run(name, wrapKey(roots[0], name, randomBytes(KEY_BYTES)), now)
    const row = find()
    if (!row) throw new Error(`vault key ${name} could not be kept`)
    return unwrapKey(roots, name, row.wrapped)
  }
  return {
    personal: keyOf('personal'),
    'address-index': keyOf('address-index'),
    pepper: keyOf('pepper'),
    signing: keyOf('signing'),
  }
}
