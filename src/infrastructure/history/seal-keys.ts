import { randomBytes } from 'node:crypto'
import type { Instant } from '../../domain/event.ts'
import { all, run, type Work } from '../database/work.ts'
import { unwrapKey, wrapKey } from '../vault/keyring.ts'
import type { RootSecrets } from '../vault/root-secret.ts'
import { openNote, readVerifier, type Signer, signerFromSeed, signNote, type Verifier } from './note.ts'

/** The public half of a key, and the note that brought it in. */
export type SealKeyRow = { readonly key: string; readonly note: string }

/** Under this name keys and seals are written. */
export const SEALS = 'seals'

const VAULT_NAME = 'seals'
const SEED_BYTES = 32
const HEADING = 'latchkey seal key'

const nameOf = (key: string): string => key.split('+', 1)[0] ?? ''

/** Whether the note that brought a key in is signed by one of these, and by the key itself. */
export const isBroughtIn = ({ key, note }: SealKeyRow, known: readonly Verifier[]): boolean => {
  const own = readVerifier(key)
  const named = openNote(note, known)?.split('\n') ?? []
  return own !== null && named[0] === HEADING && named[1] === key && openNote(note, [own]) !== null
}

/**
 * Which of these keys are to be believed, if these are: a key brings in the next by signing the note that names it.
 * The next one signs it too, so that nobody can pass off another's key as their own.
 */
export const believed = (anchors: readonly Verifier[], rows: readonly SealKeyRow[]): readonly Verifier[] => {
  const known = [...anchors]
  for (const row of rows) {
    const next = readVerifier(row.key)
    if (next && !known.some(({ text }) => text === row.key) && isBroughtIn(row, known)) known.push(next)
  }
  return known
}

export function* sealKeyRows(): Work<readonly SealKeyRow[]> {
  return yield* all<SealKeyRow>('select key, note from seal_keys order by generation')
}

/** All keys that seal or have sealed, the current one last; what is not wrapped by our root secret is not ours. */
export function* ownSealKeys(roots: RootSecrets): Work<readonly Signer[]> {
  const rows = yield* all<{ key: string; wrapped: string }>(
    `select k.key, v.wrapped from seal_keys k
     join vault_keys v on v.name = '${VAULT_NAME}' and v.id = cast(k.generation as text)
     order by k.generation`,
  )
  return rows.map(({ key, wrapped }) => signerFromSeed(nameOf(key), unwrapKey(roots, VAULT_NAME, wrapped)))
}

/** Brings in a new key, signed by itself and the one before it. Among the works named `SEALS`. */
export function* addSealKey(roots: RootSecrets, origin: string, now: Instant): Work<Signer> {
  const older = yield* ownSealKeys(roots)
  const generation = older.length + 1
  const seed = randomBytes(SEED_BYTES)
  const signer = signerFromSeed(origin, seed)
  const note = signNote(`${HEADING}\n${signer.text}\ntime ${now}\n`, [...older.slice(-1), signer])
  yield* run('insert into vault_keys (name, id, wrapped, created_at) values ($1, $2, $3, $4)', [
    VAULT_NAME,
    String(generation),
    wrapKey(roots[0], VAULT_NAME, seed),
    now,
  ])
  yield* run('insert into seal_keys (generation, key, note, since) values ($1, $2, $3, $4)', [
    generation,
    signer.text,
    note,
    now,
  ])
  return signer
}

/** The key to seal with: made if there is none, or if the house has changed its name. Among the works named `SEALS`. */
export function* currentSealKey(roots: RootSecrets, origin: string, now: Instant): Work<Signer> {
  const current = (yield* ownSealKeys(roots)).at(-1)
  return current?.name === origin ? current : yield* addSealKey(roots, origin, now)
}
