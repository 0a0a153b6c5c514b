#!/usr/bin/env node
// Verifies an exported history, or a receipt, with Node 20 or later and nothing else.
//
//   node verify.mjs FOLDER [--key FILE] [--seal FILE]    an export
//   node verify.mjs --receipt FILE [--key FILE]          one event
//
// --key FILE    believe this key (a line `name+id+key`) instead of the first one of the export.
// --seal FILE   a seal that you have kept: the history has to continue it. May be given several times.
//
// It writes a line for each thing that is wrong, `KIND POSITION DETAIL`, and ends with 1; with 0 if nothing is.
//
// What there is to know: each event is a line of bytes. Its leaf hash is SHA-256(0x00 line). Two hashes make one:
// SHA-256(0x01 left right). So a tree grows over all lines (RFC 6962), whose root changes if any of them does. A seal
// is a text that names the number of events and that root, with an Ed25519 signature below it. Tiles hold the hashes of
// the tree, 256 a file: they tell which event it is that has changed.

import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const [ZERO, ONE] = [Buffer.of(0), Buffer.of(1)]
const leafOf = (line) => sha256(ZERO, line)
const nodeOf = (left, right) => sha256(ONE, left, right)
const largestPowerWithin = (n) => 2 ** Math.floor(Math.log2(n))

/** Root over a few hashes, as RFC 6962 defines it: split at the largest power of two below their number. */
const rootOf = (hashes) => {
  if (hashes.length === 1) return hashes[0]
  const half = largestPowerWithin(hashes.length - 1)
  return nodeOf(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)))
}

/** A tree that grows: at each level the hashes of a tile that is not full yet. A full one becomes one hash above. */
class Tree {
  size = 0
  levels = []
  constructor(onFull = () => {}) {
    this.onFull = onFull
  }
  add(leaf) {
    this.size++
    for (let level = 0, hash = leaf; ; level++) {
      this.levels[level] ??= []
      this.levels[level].push(hash)
      if (this.levels[level].length < 256) return
      this.onFull(level, this.size / 256 ** (level + 1) - 1, this.levels[level])
      hash = rootOf(this.levels[level])
      this.levels[level] = []
    }
  }
  root() {
    let root = null // from the right edge to the left: the lowest level holds what came last
    for (const hashes of this.levels) {
      for (let end = hashes.length; end > 0; ) {
        let count = 1 // the subtrees of n hashes are the binary digits of n, the smallest last
        while (end % (count * 2) === 0) count *= 2
        const subtree = rootOf(hashes.slice(end - count, end))
        root = root ? nodeOf(subtree, root) : subtree
        end -= count
      }
    }
    return root ?? sha256('')
  }
}

/** RFC 6962, 2.1.1: a leaf and the hashes beside its way up make the root. The path is split as the tree is. */
const rootFrom = (leaf, index, size, path) => {
  if (size === 1) return path.length === 0 ? leaf : null
  const half = largestPowerWithin(size - 1)
  const isLeft = index < half
  const inner = rootFrom(leaf, isLeft ? index : index - half, isLeft ? half : size - half, path.slice(0, -1))
  const beside = path.at(-1)
  if (!inner || beside?.length !== 32) return null
  return isLeft ? nodeOf(inner, beside) : nodeOf(beside, inner)
}

const strictBase64 = (text) => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

/** A key is written `name+id+base64(0x01 key)`; its id is the beginning of SHA-256(name \n 0x01 key). */
const readKey = (text) => {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? []
  const bytes = base64 ? strictBase64(base64) : null
  if (bytes?.length !== 33 || bytes[0] !== 1) return null
  if (sha256(`${name}\n`, bytes).toString('hex', 0, 4) !== id) return null
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)])
  return { text, name, id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}

/** The text of a note if one of these keys has signed it, and no signature that claims to be theirs is wrong. */
const openNote = (note, keys) => {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return null
  const text = note.slice(0, end + 1)
  let signed = false
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = base64 ? strictBase64(base64) : null
    if (!bytes || bytes.length < 5) return null
    const key = keys.find((one) => one.name === name && one.id === bytes.toString('hex', 0, 4))
    if (!key) continue
    if (!verifySignature(null, Buffer.from(text), key.key, bytes.subarray(4))) return null
    signed = true
  }
  return signed ? text : null
}

/** Keys to be believed: the first, and each brought in by a note that a believed one and itself have signed. */
const believedKeys = (anchor, rows) => {
  const keys = anchor ? [anchor] : []
  for (const [n, { key, note }] of rows.entries()) {
    const own = readKey(key)
    const [heading, named] = openNote(note, keys)?.split('\n') ?? []
    const isRight = own && heading === 'latchkey seal key' && named === key && openNote(note, [own])
    if (!isRight || rows.findIndex((row) => row.key === key) !== n)
      wrong('forged_seal', null, 'a key of seals is vouched for by nobody')
    else if (!keys.some(({ text }) => text === key)) keys.push(own)
  }
  return keys
}

/** A seal: whose history, how many events, their root, when. */
const openSeal = (note, keys) => {
  const shape = /^([^\n]+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\ntime (\S+)\n$/
  const [, origin, size, root, at] = shape.exec(openNote(note, keys) ?? '') ?? []
  if (!keys.some(({ name }) => name === origin)) return null
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), at }
}

const findings = []
const wrong = (kind, position, detail) => findings.push({ kind, position, detail })

// Every event ends with its own position, type and version.
const END = /,"position":([1-9]\d{0,15}),"type":"[A-Za-z]{1,60}","version":[1-9]\d{0,3}\}$/

/** Events say their own position; what stands at the wrong place tells what was done. */
const explain = (odds) => {
  const at = new Map(odds.map((odd) => [odd.position, odd]))
  let shift = 0
  for (const { position, own, genuine } of odds) {
    const offset = genuine ? own - position : null
    if (offset !== null && offset === shift) continue
    if (offset === null || offset === 0) {
      const next = at.get(position + 1)
      const putIn = next?.genuine && next.own === position + shift
      if (!putIn) wrong('changed', position, 'the event is not the one that was sealed')
    } else if (at.get(own)?.genuine && at.get(own).own === position) {
      wrong('swapped', position, `event ${own} stands at position ${position}`)
    } else {
      if (offset > shift) wrong('removed', position, `events from here on are those sealed ${offset} further`)
      else wrong('inserted', position - 1, `events from here on are those sealed ${-offset} earlier`)
      shift = offset
    }
  }
}

const tilePath = (size, level, index) => {
  const width = Math.min(256, Math.floor(size / 256 ** level) - index * 256)
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0')
  const groups = digits.match(/\d{3}/g).map((group, n, all) => (n < all.length - 1 ? `x${group}` : group))
  return { width, path: `tile/${level}/${groups.join('/')}${width < 256 ? `.p/${width}` : ''}` }
}

async function* linesOf(file) {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file)) {
    const bytes = Buffer.concat([rest, chunk])
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, end)
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
  if (rest.length > 0) {
    wrong('damaged_file', null, 'events.ndjson does not end with a line break')
    yield rest
  }
}

const isText = (value) => typeof value === 'string'
const fileOrNull = (file) => (existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null)

/** A file of one JSON value a line, spelt as it was written: not a byte more or less. */
const valuesOf = (folder, name, is) => {
  const bytes = fileOrNull(join(folder, name))
  const values = []
  for (const line of (bytes ?? '').toString('utf8').split('\n')) {
    try {
      const value = JSON.parse(line)
      if (is(value)) values.push(value)
    } catch {} // named below: it is not what we would have written
  }
  const ours = values.map((value) => `${JSON.stringify(value)}\n`).join('')
  if (!bytes?.equals(Buffer.from(ours))) wrong('damaged_file', null, `${name} is missing or altered`)
  return values
}

const verifyExport = async (folder, anchor, kept) => {
  const rows = valuesOf(folder, 'keys.ndjson', (row) => isText(row?.key) && isText(row.note))
  const keys = believedKeys(anchor ?? readKey(rows[0]?.key ?? ''), rows)
  const notes = valuesOf(folder, 'seals.ndjson', isText)
  const seals = []
  for (const note of notes) {
    const seal = openSeal(note, keys)
    if (seal && seal.size > (seals.at(-1)?.size ?? 0)) seals.push(seal)
    else wrong('forged_seal', seal?.size ?? seals.at(-1)?.size ?? 0, 'the seal is not one of this history')
  }
  if (seals.length === 0) wrong('forged_seal', null, 'there is no seal')
  if (!fileOrNull(join(folder, 'checkpoint'))?.equals(Buffer.from(notes.at(-1) ?? '')))
    wrong('damaged_file', null, 'checkpoint is not the last seal')
  const keptSeals = kept.map((note) => openSeal(note, keys))
  if (keptSeals.includes(null))
    wrong('forged_seal', null, 'the kept seal is signed by no key of this history')

  // Tiles: each must be there, hold what the tree holds, and nothing besides them may be there.
  const size = seals.at(-1)?.size ?? 0
  const expected = new Set()
  const tiles = new Map() // the last few that were read
  const readTile = (level, index) => {
    const { path, width } = tilePath(size, level, index)
    if (!tiles.has(path)) {
      const bytes = width > 0 ? fileOrNull(join(folder, path)) : null
      if (tiles.size > 64) tiles.clear()
      tiles.set(path, bytes?.length === width * 32 ? bytes : null)
    }
    return tiles.get(path)
  }
  const sealedLeaf = (position) => {
    if (position < 1 || position > size) return null
    const at = ((position - 1) % 256) * 32
    return readTile(0, Math.floor((position - 1) / 256))?.subarray(at, at + 32) ?? null
  }
  const checkTile = (level, index, hashes) => {
    const first = index * 256 ** (level + 1) + 1
    expected.add(tilePath(size, level, index).path)
    const tile = readTile(level, index) // of level 0 each hash is held against its event, below
    if (level === 0 ? !tile : !tile?.equals(Buffer.concat(hashes)))
      wrong('damaged_tile', first, `tile ${index} of level ${level} is missing or another`)
  }

  // Two trees: one of what the tiles say, one of what the events are. A seal tells which of them is right.
  const byTiles = new Tree(
    (level, index, hashes) => size >= (index + 1) * 256 ** (level + 1) && checkTile(level, index, hashes),
  )
  const byEvents = new Tree()
  let [odds, undecided, bad, good, keptGood, next] = [[], [], [], 0, 0, 0]
  const judge = () => {
    for (; next < seals.length && seals[next].size <= byTiles.size; next++) {
      const seal = seals[next]
      if (byTiles.root().equals(seal.root)) odds.push(...undecided)
      else if (byEvents.root().equals(seal.root)) {
        for (const { position } of undecided) wrong('damaged_tile', position, 'its hash is another')
        byTiles.levels = byEvents.levels.map((hashes) => [...hashes])
      } else {
        bad.push(seal)
        continue
      }
      for (const { size: n } of bad.splice(0)) wrong('forged_seal', n, 'the seal contradicts a later one')
      undecided = []
      good = seal.size
    }
    for (const seal of keptSeals) {
      if (seal?.size !== byTiles.size) continue
      if (byTiles.root().equals(seal.root) || byEvents.root().equals(seal.root)) keptGood = seal.size
      else wrong('rewritten', keptGood + 1, `the kept seal is over other events, up to ${seal.size}`)
    }
    if (byTiles.size !== size) return
    for (const [level, hashes] of byTiles.levels.entries())
      if (hashes.length > 0) checkTile(level, Math.floor(size / 256 ** (level + 1)), hashes)
  }
  const stops = new Set([size, ...seals.map((seal) => seal.size), ...keptSeals.map((seal) => seal?.size)])
  let position = 0
  if (existsSync(join(folder, 'events.ndjson'))) {
    for await (const line of linesOf(join(folder, 'events.ndjson'))) {
      position++
      const leaf = leafOf(line)
      const sealed = sealedLeaf(position)
      const tail = line.toString('latin1', Math.max(0, line.length - 130))
      const own = Number(END.exec(tail)?.[1] ?? 0)
      byEvents.add(leaf)
      byTiles.add(sealed ?? leaf)
      if (own !== position || (sealed && !sealed.equals(leaf)))
        undecided.push({ position, own, genuine: own !== position && sealedLeaf(own)?.equals(leaf) === true })
      if (stops.has(position)) judge()
    }
  }
  if (bad.length > 0)
    wrong('rewritten', good + 1, `events ${good + 1} to ${bad[0].size} are not those that were sealed`)
  if (position < size) wrong('cut', position + 1, `events ${position + 1} to ${size} are missing at the end`)
  for (const seal of keptSeals)
    if (seal?.size > position) wrong('rolled_back', position + 1, `the kept seal covers ${seal.size} events`)
  if (position > size) wrong('inserted', size + 1, 'there are more events than were sealed')
  explain([...odds, ...undecided])
  const present = existsSync(join(folder, 'tile'))
    ? readdirSync(join(folder, 'tile'), { recursive: true })
    : []
  for (const path of present.map((name) => `tile/${name.replaceAll('\\', '/')}`))
    if (position >= size && fileOrNull(join(folder, path)) && !expected.has(path))
      wrong('damaged_file', null, `${path} does not belong here`)
  return `${position} events, ${seals.length} seals, the last of ${seals.at(-1)?.at ?? 'never'}`
}

const verifyReceipt = (receipt, anchor) => {
  const { position, event, proof, seal: note, keys: rows } = receipt
  const seal = openSeal(note, believedKeys(anchor ?? readKey(rows[0].key), rows))
  if (!seal) return wrong('forged_seal', position, 'the seal is signed by no key of this history')
  const hashes = proof.map((hash) => strictBase64(hash) ?? Buffer.of())
  const leaf = leafOf(event)
  const isThere = Number.isSafeInteger(position) && position > 0 && position <= seal.size
  const root = isThere ? rootFrom(leaf, position - 1, seal.size, hashes) : null
  if (
    !root?.equals(seal.root) ||
    JSON.parse(event).position !== position ||
    leaf.toString('base64') !== receipt.hash
  )
    wrong('changed', position, 'the event is not in the history that was sealed')
  return `event ${position} of ${seal.origin}, among ${seal.size} sealed at ${seal.at}`
}

let said = ''
try {
  const text = { type: 'string' }
  const options = { key: text, receipt: text, seal: { ...text, multiple: true, default: [] } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const read = (file) => readFileSync(file, 'utf8')
  const readSeal = (file) => `${read(file).replaceAll('\r\n', '\n').trim()}\n` // mails end lines in other ways
  const anchor = values.key === undefined ? null : readKey(read(values.key).trim())
  if (values.key !== undefined && !anchor) wrong('forged_seal', null, 'the key to be believed is none')
  if (values.receipt !== undefined) said = verifyReceipt(JSON.parse(read(values.receipt)), anchor)
  else said = await verifyExport(positionals[0] ?? '.', anchor, values.seal.map(readSeal))
} catch (error) {
  wrong('damaged_file', null, `what is there can't be read: ${error.message}`)
}
for (const { kind, position, detail } of findings.slice(0, 100))
  process.stdout.write(`${kind} ${position ?? '-'} ${detail}\n`)
process.stdout.write(
  findings.length === 0 ? `Nothing is wrong: ${said}.\n` : `${findings.length} things are wrong.\n`,
)
process.exitCode = findings.length === 0 ? 0 : 1
