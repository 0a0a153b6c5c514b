import { type Checkpoint, openSeal } from './checkpoint.ts'
import type { Finding, Findings } from './findings.ts'
import type { Verifier } from './note.ts'
import { believed, isBroughtIn } from './seal-keys.ts'
import type { HistorySource } from './source.ts'
import { TILE_WIDTH } from './tiles.ts'
import { Walk } from './walk.ts'

export type Report = {
  readonly events: number
  readonly sealed: number
  readonly seals: number
  readonly findings: readonly Finding[]
  /** All there are; only the first are listed. */
  readonly count: number
}

export type VerifyOptions = {
  /** Keys believed to begin with. */
  readonly anchors: readonly Verifier[]
  /** Seals kept elsewhere: what they cover can't be taken back. */
  readonly kept?: readonly string[]
  readonly progress?: (events: number, sealed: number) => void
}

/** Opens one seal after another; those that are forged are findings. */
async function* openedSeals(
  source: HistorySource,
  known: readonly Verifier[],
  findings: Findings,
): AsyncGenerator<Checkpoint, undefined> {
  let before = 0
  for await (const { size, note } of source.seals()) {
    const seal = openSeal(note, known)
    if (!seal || (size !== null && size !== seal.size) || seal.size <= before) {
      findings.add('forged_seal', size ?? seal?.size ?? before, 'the seal is not one of this history')
      continue
    }
    before = seal.size
    yield seal
  }
  return undefined
}

/** Holds a history against its tiles, its seals, and seals that were kept elsewhere. Memory stays flat. */
export const verifyHistory = async (
  source: HistorySource,
  { anchors, kept = [], progress = () => {} }: VerifyOptions,
): Promise<Report> => {
  const keys = await source.keys()
  const known = believed(anchors, keys)
  const sealed = await source.sealed(known)
  const walk = new Walk(source, sealed)
  const { findings } = walk
  for (const [n, row] of keys.entries()) {
    const isNew = keys.findIndex(({ key }) => key === row.key) === n
    if (!isNew || !isBroughtIn(row, known))
      findings.add('forged_seal', null, 'a key of seals is vouched for by nobody')
  }
  const keptSeals = kept.flatMap((note) => {
    const seal = openSeal(note, known)
    if (!seal) findings.add('forged_seal', null, 'the kept seal is signed by no key of this history')
    return seal ? [seal] : []
  })
  if (!source.goesOn && sealed === 0) findings.add('forged_seal', null, 'there is no seal')
  const seals = openedSeals(source, known, findings)
  let seal = await seals.next()
  let count = 0
  const reached = async (): Promise<void> => {
    while (!seal.done && seal.value.size <= walk.size) {
      if (seal.value.size === walk.size) walk.judge(seal.value)
      count++
      seal = await seals.next()
    }
    for (const one of keptSeals) if (one.size === walk.size) walk.judgeKept(one)
    if (walk.atBoundary) await walk.turnTile()
    if (walk.size === sealed) await walk.checkEdge()
  }
  const nextStop = (): number => {
    const sizes = [seal.done ? 0 : seal.value.size, sealed, ...keptSeals.map(({ size }) => size)]
    return Math.min(...sizes.filter((size) => size > walk.size))
  }
  let events = 0
  let gap = 0
  await reached()
  let stop = nextStop()
  const settle = async (): Promise<void> => {
    if (walk.size !== stop && !walk.atBoundary) return
    await reached()
    stop = nextStop()
  }
  /** What has to be said of the events missing before this one; false if its own place is not the next. */
  const reach = async (position: number): Promise<boolean> => {
    const next = walk.size + 1
    if (position < next) {
      findings.add('inserted', position, 'there is no such place')
      return false
    }
    if (position > next && gap !== next) {
      gap = next
      findings.add('removed', next, `events ${next} to ${position - 1} are missing`)
    }
    while (walk.size + 1 < position && walk.size < sealed) {
      walk.takeMissing()
      await settle()
    }
    if (position === walk.size + 1) return true
    gap = walk.size + 1 // a gap behind all that is sealed has been named, and what follows has no place
    return false
  }
  for await (const stretch of source.stretches?.() ?? source.rows()) {
    if ('root' in stretch) {
      events += TILE_WIDTH
      const last = (stretch.number + 1) * TILE_WIDTH
      if (!(await reach(last - TILE_WIDTH + 1))) continue
      if (stop <= walk.size || stop >= last) walk.takeTile(stretch.root)
      else {
        for (let n = 1; n < TILE_WIDTH; n++) {
          walk.takeSealed()
          await settle()
        }
        walk.takeSealed()
      }
      await settle()
    } else {
      for (const row of stretch) {
        events++
        if (row.position !== walk.size + 1 && !(await reach(row.position))) continue
        if (!walk.takeUsual(row)) await walk.takeOdd(row)
        if (walk.size === stop || walk.atBoundary) await settle()
      }
    }
    progress(events, sealed)
  }
  walk.end()
  if (!source.goesOn && walk.size > sealed) {
    findings.add('inserted', sealed + 1, 'there are more events than were sealed')
  }
  while (!seal.done) {
    count++
    seal = await seals.next()
  }
  for (const one of keptSeals) {
    if (one.size > walk.size) {
      findings.add('rolled_back', walk.size + 1, `the kept seal covers ${one.size} events`)
    }
  }
  for (const complaint of await source.complaints()) findings.add('damaged_file', null, complaint)
  return { events, sealed, seals: count, findings: findings.list(), count: findings.count }
}
