import type { ReadSide } from '../../projections/index.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { FirstPasswords } from './derived-tokens.ts'
import type { PasswordHasher } from './passwords.ts'

type Parts = {
  readonly reader: SqliteConnection
  readonly reads: ReadSide
  readonly hasher: PasswordHasher
  readonly firstPasswords: FirstPasswords
}

/**
 * Which credential of a user a password matches, if any. Every way through costs one bcrypt comparison, so that the
 * time tells neither whether the user exists nor what kind of credential they have.
 */
export const proveCredential = ({ reader, reads, hasher, firstPasswords }: Parts) => {
  const hashOf = reader.prepare('select hash from password_hashes where credential_id = ?').pluck()
  return async (userId: string | null, password: string): Promise<string | null> => {
    const credential = userId === null ? null : await reads.users.credential(userId)
    const id = credential?.credentialId ?? null
    const hash = id === null ? undefined : (hashOf.get(id) as string | undefined)
    const matches =
      hash === undefined ? await hasher.compareWithNobody(password) : await hasher.compare(password, hash)
    if (id === null) return null
    if (credential?.credentialKind === 'first') return firstPasswords.matches(id, password) ? id : null
    return matches ? id : null
  }
}
