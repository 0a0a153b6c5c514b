import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
  nodeHash,
  treeRoot,
} from '../../../src/infrastructure/history/merkle.ts'
import { GrowingTree, subtreesFrom, type Tile, tilePath } from '../../../src/infrastructure/history/tiles.ts'

const leaves = Array.from({ length: 70_000 }, (_, n) => leafHash(`event ${n}`))

const naive = (start: number, end: number): Buffer => {
  if (end - start === 1) return leaves[start] as Buffer
  let k = 1
  while (k * 2 < end - start) k *= 2
  return nodeHash(naive(start, start + k), naive(start + k, end))
}

/** Tiles as they would lie in a database: full ones, and the partial ones as of the last time they were kept. */
const grown = (size: number) => {
  const kept = new Map<string, Buffer>()
  const keep = ({ level, index, hashes }: Tile) => void kept.set(`${level}/${index}`, hashes)
  const tree = GrowingTree.empty(keep)
  for (const leaf of leaves.slice(0, size)) tree.add(leaf)
  for (const tile of tree.partialTiles()) keep(tile)
  return {
    tree,
    keep,
    readTile: async (level: number, index: number) => kept.get(`${level}/${index}`) ?? null,
  }
}

describe('tiles', () => {
  test.each([1, 2, 255, 256, 257, 511, 512, 513, 65_536, 70_000])(
    'a tree of %i leaves grown through tiles has the root of the definition',
    async (size) => {
      const { tree, readTile } = grown(size)
      expect(tree.root()).toEqual(naive(0, size))
      expect(await treeRoot(size, subtreesFrom(readTile))).toEqual(naive(0, size))
    },
  )

  test('a tree goes on from its tiles as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1100 }),
        fc.integer({ min: 1, max: 600 }),
        async (size, more) => {
          const { keep, readTile } = grown(size)
          const tree = await GrowingTree.continued(size, readTile, keep)
          for (const leaf of leaves.slice(size, size + more)) tree.add(leaf)
          for (const tile of tree.partialTiles()) keep(tile)
          expect(tree.root()).toEqual(naive(0, size + more))
          expect(await treeRoot(size + more, subtreesFrom(readTile))).toEqual(naive(0, size + more))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('proofs made from tiles hold, at older sizes too', async () => {
    const at = subtreesFrom(grown(70_000).readTile)
    for (const [index, size] of [
      [0, 1],
      [255, 256],
      [256, 257],
      [300, 65_537],
      [69_999, 70_000],
      [5, 66_000],
    ] as const) {
      const proof = await inclusionProof(index, size, at)
      expect(isIncluded(leaves[index] as Buffer, index, size, proof, naive(0, size))).toBe(true)
    }
    for (const [from, to] of [
      [1, 70_000],
      [256, 257],
      [65_536, 70_000],
      [65_537, 69_999],
    ] as const) {
      const proof = await consistencyProof(from, to, at)
      expect(isConsistent(from, to, proof, naive(0, from), naive(0, to))).toBe(true)
    }
  })

  test('a missing or narrow tile is an error, not another root', async () => {
    const { readTile } = grown(600)
    await expect(treeRoot(601, subtreesFrom(readTile))).rejects.toThrow('tile 2 of level 0')
    await expect(
      treeRoot(
        600,
        subtreesFrom(async () => null),
      ),
    ).rejects.toThrow('tile 0 of level 1')
    await expect(
      GrowingTree.continued(
        600,
        async () => null,
        () => {},
      ),
    ).rejects.toThrow('tile 2 of level 0')
  })

  test('have the paths of tlog-tiles', () => {
    const full = Buffer.alloc(256 * 32)
    expect(tilePath({ level: 0, index: 1_234_067, hashes: full })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 1, index: 0, hashes: full })).toBe('tile/1/000')
    expect(tilePath({ level: 0, index: 1000, hashes: Buffer.alloc(17 * 32) })).toBe('tile/0/x001/000.p/17')
  })
})
