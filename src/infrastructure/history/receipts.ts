import type { Reader } from '../../projections/projection.ts'
import { readBy } from '../database/work.ts'
import { inclusionProof, leafHash } from './merkle.ts'
import { sealKeyRows } from './seal-keys.ts'
import { openSeals } from './seals.ts'
import { subtreesFrom } from './tiles.ts'

/** That an event stands in the history, for whoever wants to verify it without us. */
export type Receipt = {
  readonly format: 'latchkey receipt 1'
  readonly position: number
  /** The event as it is stored; what is personal in it is encrypted. */
  readonly event: string
  /** SHA-256 of a zero byte and the event. */
  readonly hash: string
  readonly proof: readonly string[]
  readonly seal: string
  readonly keys: readonly { readonly key: string; readonly note: string }[]
}

/**
 * A receipt for an event under the seal over `size` events, or else under the first that covers it; null while
 * there is none.
 */
export const receiptOf = async (reader: Reader, position: number, size?: number): Promise<Receipt | null> => {
  const seals = openSeals(reader)
  const seal = await (size === undefined ? seals.covering(position) : seals.bySize(size))
  const sql = 'select bytes from events where position = $1'
  const event = (await reader.get<{ bytes: string }>(sql, [position]))?.bytes
  if (!seal || seal.size < position || event === undefined) return null
  const proof = await inclusionProof(position - 1, seal.size, subtreesFrom(seals.readTile))
  return {
    format: 'latchkey receipt 1',
    position,
    event,
    hash: leafHash(event).toString('base64'),
    proof: proof.map((hash) => hash.toString('base64')),
    seal: seal.note,
    keys: await readBy(reader, sealKeyRows()),
  }
}
