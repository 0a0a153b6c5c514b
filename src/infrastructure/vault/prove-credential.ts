import { timingSafeEqual } from 'node:crypto'
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

/** Whose password it was, as far as anybody's, and which credential it matches. */
export type Proven = { readonly userId: string | null; readonly credentialId: string | null }

/**
 * Which credential a password matches, if any. Every way through costs one bcrypt computation, so that the time tells
 * neither whether a user exists nor what kind of credential they have.
 */
export const credentialProofs = ({ reader, reads, hasher, firstPasswords }: Parts) => {
  const hashes = reader.prepare('select hash from password_hashes where credential_id = ?').pluck()
  const hashOf = (id: string | null) => (id === null ? undefined : (hashes.get(id) as string | undefined))

  const ofUser = async (userId: string | null, password: string): Promise<string | null> => {
    const credential = userId === null ? null : await reads.users.credential(userId)
    const id = credential?.credentialId ?? null
    const hash = hashOf(id)
    const matches =
      hash === undefined ? await hasher.compareWithNobody(password) : await hasher.compare(password, hash)
    if (id === null) return null
    if (credential?.credentialKind === 'first') return firstPasswords.matches(id, password) ? id : null
    return matches ? id : null
  }

  return {
    ofUser,
    /** The address's owner; or, while it has none, whoever waits for it and chose this password, newest first. */
    async ofAddress(address: string | null, password: string): Promise<Proven> {
      const owner = address === null ? null : await reads.users.byEmail(address)
      if (owner) return { userId: owner.id, credentialId: await ofUser(owner.id, password) }
      const given = Buffer.from(await hasher.hashFor(address ?? '', password))
      const waiting = address === null ? [] : await reads.users.waitingFor(address)
      const found = waiting.find(({ credentialId }) => {
        const hash = Buffer.from(hashOf(credentialId) ?? '')
        return hash.length === given.length && timingSafeEqual(hash, given)
      })
      return { userId: found?.id ?? null, credentialId: found?.credentialId ?? null }
    },
  }
}
