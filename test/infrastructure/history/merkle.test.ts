import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
  type Proof,
  rangeRoot,
  treeRoot,
} from '../../../src/infrastructure/history/merkle.ts'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** The definition of RFC 6962, 2.1, written down as it stands there. */
const naive = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves
  if (!only) return sha256(Buffer.of())
  if (leaves.length === 1) return sha256(Buffer.of(0), only)
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.of(1), naive(leaves.slice(0, k)), naive(leaves.slice(k)))
}

const subtreesOf = (leaves: readonly Buffer[]) => async (level: number, index: number) =>
  naive(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

const hex = (proof: Proof) => proof.map((hash) => hash.toString('hex'))

// The vectors of the reference implementation of RFC 6962 (certificate-transparency).
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((text) => Buffer.from(text, 'hex'))
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const [A, B, C, D, E, F] = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
] as const

const inclusions = [
  [0, 1, []],
  [0, 8, [A, B, C]],
  [5, 8, [D, E, roots[4]]],
  [2, 3, [roots[2]]],
  [1, 5, [roots[1], B, D]],
] as const

const consistencies = [
  [1, 1, []],
  [1, 8, [A, B, C]],
  [6, 8, [F, E, roots[4]]],
  [2, 5, [B, D]],
] as const

describe('the tree of RFC 6962', () => {
  const at = subtreesOf(leaves)

  test.each(roots.map((root, size) => ({ root, size })))(
    'has the root of the reference for $size leaves',
    async ({ root, size }) => {
      expect((await treeRoot(size, at)).toString('hex')).toBe(root)
    },
  )

  test.each(inclusions)('proves leaf %i in %i as the reference does', async (index, size, path) => {
    expect(hex(await inclusionProof(index, size, at))).toEqual(path)
  })

  test.each(consistencies)('proves %i before %i as the reference does', async (from, to, path) => {
    expect(hex(await consistencyProof(from, to, at))).toEqual(path)
  })
})

const someLeaves = fc.array(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { minLength: 1, maxLength: 70 },
)

describe('proofs', () => {
  test('hold for every leaf of every tree, and for no other leaf, place, size or root', async () => {
    await fc.assert(
      fc.asyncProperty(someLeaves, fc.nat(), async (all, pick) => {
        const size = all.length
        const index = pick % size
        const proof = await inclusionProof(index, size, subtreesOf(all))
        const root = naive(all)
        const leaf = leafHash(all[index] ?? '')
        expect(isIncluded(leaf, index, size, proof, root)).toBe(true)
        expect(isIncluded(leafHash('another'), index, size, proof, root)).toBe(false)
        for (let other = 0; other < size; other++) {
          if (other !== index)
            expect(isIncluded(leaf, other, size, proof, root)).toBe(
              all[other]?.equals(all[index] ?? Buffer.of()) === true &&
                hex(await inclusionProof(other, size, subtreesOf(all))).join() === hex(proof).join(),
            )
        }
        expect(isIncluded(leaf, index, size, [...proof, root], root)).toBe(false)
        expect(isIncluded(leaf, index, size, proof, leaf)).toBe(size === 1)
      }),
    )
  })

  test('hold between every two sizes, and for no other roots', async () => {
    await fc.assert(
      fc.asyncProperty(someLeaves, fc.nat(), async (all, pick) => {
        const to = all.length
        const from = 1 + (pick % to)
        const proof = await consistencyProof(from, to, subtreesOf(all))
        const [older, newer] = [naive(all.slice(0, from)), naive(all)]
        expect(isConsistent(from, to, proof, older, newer)).toBe(true)
        expect(isConsistent(from, to, proof, sha256(older), newer)).toBe(false)
        expect(isConsistent(from, to, proof, older, sha256(newer))).toBe(false)
        expect(isConsistent(from, to, [...proof, older], older, newer)).toBe(false)
        for (const n of proof.keys()) {
          const altered = proof.map((hash, i) => (i === n ? sha256(hash) : hash))
          expect(isConsistent(from, to, altered, older, newer)).toBe(false)
        }
      }),
    )
  })

  test('a range has the root that its leaves alone would have', async () => {
    expect(await rangeRoot(4, 7, subtreesOf(leaves))).toEqual(naive(leaves.slice(4, 7)))
    expect(await treeRoot(0, subtreesOf([]))).toEqual(EMPTY_ROOT)
  })

  test('nobody proves what is not there', async () => {
    const at = subtreesOf(leaves)
    await expect(inclusionProof(8, 8, at)).rejects.toThrow(RangeError)
    await expect(consistencyProof(0, 8, at)).rejects.toThrow(RangeError)
    await expect(consistencyProof(9, 8, at)).rejects.toThrow(RangeError)
    expect(isIncluded(EMPTY_ROOT, 0, 0, [], EMPTY_ROOT)).toBe(false)
    expect(isConsistent(0, 8, [], EMPTY_ROOT, EMPTY_ROOT)).toBe(false)
  })
})
