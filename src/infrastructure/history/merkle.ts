import { hash } from 'node:crypto'

/** The Merkle tree of RFC 6962 (and 9162), section 2: SHA-256, leaves and nodes told apart by their first byte. */
export const HASH_BYTES = 32

/** Root of the complete subtree of 2^level leaves that is the index-th of its kind: what every proof is made of. */
export type Subtrees = (level: number, index: number) => Promise<Buffer>

export type Proof = readonly Buffer[]

const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer')

export const EMPTY_ROOT = sha256('')

const NODE = 1
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, NODE)

const LEAF = 0
const room = Buffer.alloc(65_536, LEAF)

/** Hash of an event as it is stored. */
export const leafHash = (bytes: Uint8Array | string): Buffer => {
  if (typeof bytes === 'string') return sha256(`\0${bytes}`)
  if (bytes.length >= room.length) return sha256(Buffer.concat([Buffer.of(LEAF), bytes]))
  room.set(bytes, 1)
  return sha256(room.subarray(0, bytes.length + 1))
}

export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => {
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return sha256(pair)
}

/** The hashes of a range's complete subtrees, largest first, brought together. */
export const joined = (subtrees: readonly Buffer[]): Buffer =>
  subtrees.length === 0 ? EMPTY_ROOT : subtrees.reduceRight((right, left) => nodeHash(left, right))

/** Largest power of two below n, as its exponent. */
const splitLevel = (n: number): number => Math.ceil(Math.log2(n)) - 1

/** Root over the leaves from `start` to before `end`; `start` is a multiple of the least power of two not below the length. */
export const rangeRoot = async (start: number, end: number, at: Subtrees): Promise<Buffer> => {
  const subtrees: Buffer[] = []
  for (let from = start; from < end; ) {
    const level = Math.floor(Math.log2(end - from))
    subtrees.push(await at(level, from / 2 ** level))
    from += 2 ** level
  }
  return joined(subtrees)
}

export const treeRoot = (size: number, at: Subtrees): Promise<Buffer> => rangeRoot(0, size, at)

/** Audit path of RFC 6962, 2.1.1: index counts from 0. */
export const inclusionProof = async (index: number, size: number, at: Subtrees): Promise<Proof> => {
  if (!(Number.isInteger(index) && index >= 0 && index < size)) throw new RangeError('no such leaf')
  const path: Buffer[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + 2 ** splitLevel(end - start)
    if (index < middle) {
      path.push(await rangeRoot(middle, end, at))
      end = middle
    } else {
      path.push(await rangeRoot(start, middle, at))
      start = middle
    }
  }
  return path.reverse()
}

/** RFC 6962, 2.1.2: that the tree of `from` leaves is the beginning of the tree of `to`. */
export const consistencyProof = async (from: number, to: number, at: Subtrees): Promise<Proof> => {
  if (!(Number.isInteger(from) && from > 0 && from <= to)) throw new RangeError('no such trees')
  const path: Buffer[] = []
  let [start, end] = [0, to]
  while (from !== end) {
    const middle = start + 2 ** splitLevel(end - start)
    if (from <= middle) {
      path.push(await rangeRoot(middle, end, at))
      end = middle
    } else {
      path.push(await rangeRoot(start, middle, at))
      start = middle
    }
  }
  // Who asks knows the root of the first tree already; only a part of it has to be told.
  if (start > 0) path.push(await rangeRoot(start, end, at))
  return path.reverse()
}

const half = (n: number) => Math.floor(n / 2)
const isOdd = (n: number) => n % 2 === 1

/** RFC 9162, 2.1.3.2. */
export const isIncluded = (
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: Proof,
  root: Uint8Array,
): boolean => {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false
  let [at, last] = [index, size - 1]
  let made: Uint8Array = leaf
  for (const sibling of proof) {
    if (sibling.length !== HASH_BYTES || last === 0) return false
    if (isOdd(at) || at === last) {
      made = nodeHash(sibling, made)
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      made = nodeHash(made, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && Buffer.compare(made, root) === 0
}

/** RFC 9162, 2.1.4.2. */
export const isConsistent = (
  from: number,
  to: number,
  proof: Proof,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
): boolean => {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && from <= to)) return false
  if (from === to) return proof.length === 0 && Buffer.compare(fromRoot, toRoot) === 0
  let [at, last] = [from - 1, to - 1]
  while (isOdd(at)) [at, last] = [half(at), half(last)]
  const isPowerOfTwo = at === 0
  const [first, ...rest] = isPowerOfTwo ? [Buffer.from(fromRoot), ...proof] : proof
  if (first?.length !== HASH_BYTES) return false
  let [older, newer] = [first, first]
  for (const sibling of rest) {
    if (sibling.length !== HASH_BYTES || last === 0) return false
    if (isOdd(at) || at === last) {
      older = nodeHash(sibling, older)
      newer = nodeHash(sibling, newer)
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      newer = nodeHash(newer, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && Buffer.compare(older, fromRoot) === 0 && Buffer.compare(newer, toRoot) === 0
}
