import { HASH_BYTES } from './merkle.ts'
import { openNote, type Signer, signNote, type Verifier } from './note.ts'

/** What a seal says: so many events, this root, at that time (C2SP tlog-checkpoint, with one line of our own). */
export type Checkpoint = {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
  readonly at: string
}

const SHAPE = /^([^\n]+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\ntime (\S+)\n$/

export const checkpointText = ({ origin, size, root, at }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\ntime ${at}\n`

export const readCheckpoint = (text: string): Checkpoint | null => {
  const [, origin = '', size = '', base64 = '', at = ''] = SHAPE.exec(text) ?? []
  const root = Buffer.from(base64, 'base64')
  if (root.length !== HASH_BYTES || root.toString('base64') !== base64) return null
  return { origin, size: Number(size), root, at }
}

export const sealCheckpoint = (checkpoint: Checkpoint, signer: Signer): string =>
  signNote(checkpointText(checkpoint), [signer])

/** What a signed seal says; null if it is forged, or another house's. */
export const openSeal = (note: string, verifiers: readonly Verifier[]): Checkpoint | null => {
  const text = openNote(note, verifiers)
  const checkpoint = text === null ? null : readCheckpoint(text)
  return checkpoint && verifiers.some(({ name }) => name === checkpoint.origin) ? checkpoint : null
}
