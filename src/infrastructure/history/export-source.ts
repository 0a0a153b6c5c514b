import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { openSeal } from './checkpoint.ts'
import { FILES, tilesOf, tileWidth } from './export-files.ts'
import { HASH_BYTES } from './merkle.ts'
import type { SealKeyRow } from './seal-keys.ts'
import type { HistorySource, SourceRow } from './source.ts'
import { tilePath } from './tiles.ts'

const PAGE = 500

const isText = (value: unknown): value is string => typeof value === 'string'
const isKey = (value: unknown): value is SealKeyRow =>
  typeof value === 'object' &&
  value !== null &&
  isText((value as SealKeyRow).key) &&
  isText((value as SealKeyRow).note)

/** A history as an export holds it: nothing but what belongs there, each byte as we would have written it. */
export const exportSource = (folder: string): HistorySource => {
  const complaints: string[] = []
  const bytesOf = (path: string): Buffer | null => {
    const file = join(folder, path)
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null
  }
  const linesOf = <T>(path: string, is: (value: unknown) => value is T): T[] => {
    const bytes = bytesOf(path)
    const text = bytes?.toString('utf8') ?? ''
    const values: T[] = []
    for (const line of text.split('\n')) {
      try {
        const value: unknown = JSON.parse(line)
        if (is(value)) values.push(value)
      } catch {
        // What is no JSON is missing from what we would have written, and named below.
      }
    }
    const ours = values.map((value) => `${JSON.stringify(value)}\n`).join('')
    if (bytes === null || !bytes.equals(Buffer.from(ours))) complaints.push(`${path} is missing or altered`)
    return values
  }
  const keys = linesOf(FILES.keys, isKey)
  const seals = linesOf(FILES.seals, isText)
  let size = 0
  const readTile = async (level: number, index: number): Promise<Buffer | null> => {
    const width = tileWidth(size, level, index)
    const tile = { level, index, hashes: Buffer.alloc(width * HASH_BYTES) }
    const bytes = width > 0 ? bytesOf(tilePath(tile)) : null
    return bytes?.length === tile.hashes.length ? bytes : null
  }
  return {
    goesOn: false,
    keys: async () => keys,
    sealed: async (known) => {
      size = seals.reduce((before, note) => Math.max(before, openSeal(note, known)?.size ?? 0), 0)
      return size
    },
    readTile,
    async *seals() {
      for (const note of seals) yield { size: null, note }
    },
    async *rows() {
      if (!existsSync(join(folder, FILES.events))) return
      let rest = Buffer.alloc(0)
      let position = 0
      for await (const chunk of createReadStream(join(folder, FILES.events), { highWaterMark: 1 << 18 })) {
        const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer)
        const page: SourceRow[] = []
        let from = 0
        for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
          page.push({ position: ++position, type: null, bytes: bytes.subarray(from, end) })
          from = end + 1
        }
        rest = Buffer.from(bytes.subarray(from))
        for (let n = 0; n < page.length; n += PAGE) yield page.slice(n, n + PAGE)
      }
      if (rest.length > 0) {
        complaints.push(`${FILES.events} does not end with a line break`)
        yield [{ position: position + 1, type: null, bytes: rest }]
      }
    },
    async complaints() {
      if (bytesOf(FILES.checkpoint)?.equals(Buffer.from(seals.at(-1) ?? '')) !== true) {
        complaints.push(`${FILES.checkpoint} is not the last seal`)
      }
      const expected = new Set([...tilesOf(size)].map(({ path }) => path))
      const tiles = existsSync(join(folder, 'tile'))
        ? readdirSync(join(folder, 'tile'), { recursive: true, withFileTypes: true })
        : []
      for (const entry of tiles.filter((one) => !one.isDirectory())) {
        const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
        if (!expected.has(path)) complaints.push(`${path} does not belong here`)
      }
      return complaints
    },
  }
}
