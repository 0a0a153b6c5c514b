import { randomBytes } from 'node:crypto'
import { type Database, first, readBy, run, type Work } from '../database/work.ts'
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

function* wrappedOf(name: VaultKeyName): Work<string | null> {
  const row = yield* first<{ wrapped: string }>(
    'select wrapped from vault_keys where name = $1 order by id desc limit 1',
    [name],
  )
  return row?.wrapped ?? null
}

/** Opens the vault's keys; makes missing ones. Two processes starting at once end up with the same keys. */
export const openKeyring = async (
  { reader, exclusively }: Pick<Database, 'reader' | 'exclusively'>,
  roots: RootSecrets,
  now: string,
): Promise<Keyring> => {
  const keep = (name: VaultKeyName) =>
    exclusively('vault keys', function* () {
      yield* run(
        `insert into vault_keys (name, id, wrapped, created_at) values ($1, '1', $2, $3)
         on conflict (name, id) do nothing`,
        [name, wrapKey(roots[0], name, randomBytes(KEY_BYTES)), now],
      )
      return yield* wrappedOf(name)
    })
  const keyOf = async (name: VaultKeyName): Promise<Buffer> => {
    const wrapped = (await readBy(reader, wrappedOf(name))) ?? (await keep(name))
    if (wrapped === null) throw new Error(`vault key ${name} could not be kept`)
    return unwrapKey(roots, name, wrapped)
  }
  return {
    personal: await keyOf('personal'),
    'address-index': await keyOf('address-index'),
    pepper: await keyOf('pepper'),
    signing: await keyOf('signing'),
  }
}
