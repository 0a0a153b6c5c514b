import {
  createPrivateKey,
  createPublicKey,
  sign as ed25519Sign,
  verify as ed25519Verify,
  hash,
  type KeyObject,
} from 'node:crypto'

/** Signed notes (C2SP signed-note, version 1): a text, and below it a line a signature. */
const ED25519 = 1
const KEY_BYTES = 32
const ID_BYTES = 4
const SIGNATURE_BYTES = 64
const MAX_SIGNATURES = 100
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex') // RFC 8410: what stands before the seed
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')
const NAME = /^[^\s+\p{Cc}]+$/u

export type Verifier = {
  readonly name: string
  readonly id: string
  /** As it is written down: `name+id+key`. */
  readonly text: string
  readonly verify: (text: string, signature: Uint8Array) => boolean
}

export type Signer = Verifier & { readonly sign: (text: string) => Buffer }

export type Signature = { readonly name: string; readonly id: string; readonly bytes: Buffer }
export type Note = { readonly text: string; readonly signatures: readonly Signature[] }

/** Base64 that has only one spelling for its bytes: Node reads more than it writes. */
const fromBase64 = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

const keyId = (name: string, key: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), key]), 'buffer')
    .subarray(0, ID_BYTES)
    .toString('hex')

const verifierOf = (name: string, key: Buffer): Verifier => {
  if (!NAME.test(name)) throw new Error('a name of a key has no spaces and no plus sign')
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_ED25519, key]), format: 'der', type: 'spki' })
  const id = keyId(name, key)
  return {
    name,
    id,
    text: `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), key]).toString('base64')}`,
    verify: (text, signature) =>
      signature.length === SIGNATURE_BYTES && ed25519Verify(null, Buffer.from(text), publicKey, signature),
  }
}

/** Reads `name+id+key`; null if it is none. */
export const readVerifier = (text: string): Verifier | null => {
  const [, name = '', id, key = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? []
  const bytes = fromBase64(key)
  if (!NAME.test(name) || bytes?.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return null
  const verifier = verifierOf(name, bytes.subarray(1))
  return verifier.id === id ? verifier : null
}

const privateKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })

export const signerFromSeed = (name: string, seed: Buffer): Signer => {
  const key = privateKey(seed)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    ...verifierOf(name, spki.subarray(SPKI_ED25519.length)),
    sign: (text) => ed25519Sign(null, Buffer.from(text), key),
  }
}

/** The text ends with a line break; each signer adds a line. */
export const signNote = (text: string, signers: readonly Signer[]): string => {
  if (!text.endsWith('\n')) throw new Error('the text of a note ends with a line break')
  const lines = signers.map(({ name, id, sign }) => {
    const bytes = Buffer.concat([Buffer.from(id, 'hex'), sign(text)])
    return `— ${name} ${bytes.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** Of control characters a note may hold line breaks only; and nothing that was no Unicode. */
const PLAIN = /^[\n\u0020-\ufffc\ufffe\uffff]*$/

/** Reads a note without judging its signatures; null if it is none. */
export const readNote = (note: string): Note | null => {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n') || !PLAIN.test(note)) return null
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return null
  const signatures: Signature[] = []
  for (const line of lines) {
    const [, name = '', base64 = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = fromBase64(base64)
    if (!NAME.test(name) || bytes === null || bytes.length <= ID_BYTES) return null
    signatures.push({
      name,
      id: bytes.subarray(0, ID_BYTES).toString('hex'),
      bytes: bytes.subarray(ID_BYTES),
    })
  }
  return { text: note.slice(0, end + 1), signatures }
}

/**
 * The text of a note that at least one of these keys has signed; null if none has, or if one that claims to be of a
 * key we know is not. Signatures of others (witnesses) are passed over.
 */
export const openNote = (note: string, verifiers: readonly Verifier[]): string | null => {
  const read = readNote(note)
  if (!read) return null
  let signed = false
  for (const { name, id, bytes } of read.signatures) {
    const verifier = verifiers.find((one) => one.name === name && one.id === id)
    if (!verifier) continue
    if (!verifier.verify(read.text, bytes)) return null
    signed = true
  }
  return signed ? read.text : null
}
