import { once } from 'node:events'
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Reader } from '../../projections/projection.ts'
import { readBy } from '../database/work.ts'
import { SetupProblem } from '../errors.ts'
import type { EventStore } from '../event-store/store.ts'
import { FILES, tilesOf } from './export-files.ts'
import { HASH_BYTES } from './merkle.ts'
import { sealKeyRows } from './seal-keys.ts'
import { openSeals } from './seals.ts'

const PAGE = 500

const README = (origin: string, size: number, at: string) => `# History of ${origin}

${size} events, sealed at ${at}.

- \`${FILES.events}\`: the events as they are stored, one a line, the first line is position 1. Personal fields are encrypted.
- \`tile/\`: the Merkle tree over these lines (RFC 6962), in tiles as C2SP tlog-tiles describes them.
- \`${FILES.seals}\`: every seal: a signed note (C2SP signed-note, tlog-checkpoint), one JSON text a line. \`${FILES.checkpoint}\` is the last one.
- \`${FILES.keys}\`: the keys that have sealed, and the notes that brought them in.

To verify, with Node 20 or later and nothing else:

    node verify.mjs .

It names the first position that is wrong, and what is wrong there. Read it first: it is one short file. Whoever gave you this
could have given you another verifier, another key and another history as well: so take the verifier from where you trust
it, name the key that you know (\`--key FILE\`), and hold the history against a seal that you have kept (\`--seal FILE\`).

What this proves: no event up to a seal that you have kept was changed, removed, put in or moved since. What it does not
prove: that what was written down was true, or that everything was written down.
`

export type ExportParts = {
  readonly store: Pick<EventStore, 'readStored'>
  readonly reader: Reader
  readonly progress?: (events: number, of: number) => void
  readonly interrupted?: () => boolean
}

const isExport = (folder: string): boolean =>
  existsSync(join(folder, FILES.events)) && existsSync(join(folder, FILES.seals))

const write = async (folder: string, size: number, { store, reader, progress, interrupted }: ExportParts) => {
  const seals = openSeals(reader)
  const lines = createWriteStream(join(folder, FILES.events))
  let events = 0
  for await (const { bytes } of store.readStored({ until: size })) {
    if (!lines.write(`${bytes}\n`)) await once(lines, 'drain')
    if (++events % PAGE !== 0) continue
    progress?.(events, size)
    if (interrupted?.()) break
  }
  lines.end()
  await once(lines, 'close')
  if (interrupted?.()) return false
  for (const { level, number, width, path } of tilesOf(size)) {
    const hashes = await seals.readTile(level, number)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), hashes?.subarray(0, width * HASH_BYTES) ?? '')
  }
  const notes = createWriteStream(join(folder, FILES.seals))
  for (let from = 0; from < size; ) {
    const page = (await seals.after(from, PAGE)).filter((seal) => seal.size <= size)
    for (const { note } of page) if (!notes.write(`${JSON.stringify(note)}\n`)) await once(notes, 'drain')
    from = page.at(-1)?.size ?? size
  }
  notes.end()
  await once(notes, 'close')
  progress?.(size, size)
  return true
}

/**
 * Writes everything that has been sealed, for whoever wants to verify it without us. It takes its place in one go:
 * what lies there is always a whole export. Answers how many events it holds; null if it was interrupted.
 */
export const exportHistory = async (target: string, parts: ExportParts): Promise<number | null> => {
  const folder = resolve(target)
  if (existsSync(folder) && readdirSync(folder).length > 0 && !isExport(folder)) {
    throw new SetupProblem(`${target} holds something else. Name an empty folder, or an older export.`)
  }
  const last = await openSeals(parts.reader).last()
  if (!last) throw new SetupProblem('Nothing is sealed yet. Run: latchkey history seal')
  const draft = `${folder}.${process.pid}.draft`
  mkdirSync(draft, { recursive: true })
  try {
    if (!(await write(draft, last.size, parts))) return null
    const rows = await readBy(parts.reader, sealKeyRows())
    const keys = rows.map((row) => `${JSON.stringify(row)}\n`)
    writeFileSync(join(draft, FILES.keys), keys.join(''))
    writeFileSync(join(draft, FILES.checkpoint), last.note)
    const origin = last.note.slice(0, last.note.indexOf('\n'))
    writeFileSync(join(draft, FILES.readme), README(origin, last.size, last.sealedAt))
    copyFileSync(join(import.meta.dirname, 'verifier', FILES.verifier), join(draft, FILES.verifier))
    const before = `${draft}.before`
    if (existsSync(folder)) renameSync(folder, before)
    renameSync(draft, folder)
    rmSync(before, { recursive: true, force: true })
    return last.size
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
