import { timingSafeEqual } from 'node:crypto'
import type { ReadSide } from '../../projections/index.ts'
import type { CredentialRow } from '../../projections/users.ts'
import type { Database } from '../database/work.ts'
import type { FirstPasswords } from './derived-tokens.ts'
import type { PasswordHasher } from './passwords.ts'

type Parts = {
  readonly database: Pick<Database, 'reader'>
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
export const credentialProofs = ({ database, reads, hasher, firstPasswords }: Parts) => {
  const hashOf = async (id: string | null): Promise<string | undefined> => {
    if (id === null) return undefined
    const sql = 'select hash from password_hashes where credential_id = $1'
    return (await database.reader.get<{ hash: string }>(sql, [id]))?.hash
  }

  const ofUser = async (userId: string | null, password: string): Promise<string | null> => {
    const credential = userId === null ? null : await reads.users.credential(userId)
    const id = credential?.credentialId ?? null
    const hash = await hashOf(id)
    const matches =
      hash === undefined ? await hasher.compareWithNobody(password) : await hasher.compare(password, hash)
    if (id === null) return null
    if (credential?.credentialKind === 'first') return firstPasswords.matches(id, password) ? id : null
    return matches ? id : null
  }

  const equal = (a: string, b: string): boolean =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

  /** The owner's cost and salt where there is one: so that one computation can be held against everybody's hash. */
  const settingOf = async (address: string, owner: CredentialRow | null): Promise<string> =>
    (owner?.credentialKind === 'chosen' && (await hashOf(owner.credentialId))) || hasher.settingOf(address)

  /** The hash of a password that is chosen with an address, to be kept for who waits to confirm it. */
  const hashFor = async (address: string, password: string): Promise<string> =>
    hasher.hashAs(await settingOf(address, await reads.users.byEmail(address)), password)

  /**
   * The address's owner, or whoever waits for it and chose this password, newest first. Who waits for an address
   * that has an owner is found as well: otherwise a sign-in would tell what the registration did not.
   */
  const ofAddress = async (address: string | null, password: string): Promise<Proven> => {
    const owner = address === null ? null : await reads.users.byEmail(address)
    const given = await hasher.hashAs(await settingOf(address ?? '', owner), password)
    const isOwners =
      owner?.credentialKind === 'first'
        ? firstPasswords.matches(owner.credentialId ?? '', password)
        : equal((await hashOf(owner?.credentialId ?? null)) ?? '', given)
    if (owner && isOwners) return { userId: owner.id, credentialId: owner.credentialId }
    const waiting = address === null ? [] : await reads.users.waitingFor(address)
    for (const { id, credentialId } of waiting) {
      if (equal((await hashOf(credentialId)) ?? '', given)) return { userId: id, credentialId }
    }
    return { userId: owner?.id ?? null, credentialId: null }
  }

  return { ofUser, hashFor, ofAddress }
}
