import { setTimeout as sleep } from 'node:timers/promises'
import type { Draw } from './draw.ts'
import { drive, type Seen, type Stream } from './drive.ts'
import { kinds, type Scene } from './kinds.ts'
import { type Vitals, vitalsOf } from './service.ts'
import { isHashed, isLight, isNew, isSignedIn, p, Tally } from './tally.ts'

export type Stage = {
  readonly scene: Scene
  readonly draw: Draw
  readonly pid: number
  readonly say: (line: string) => void
  readonly isStopped: () => boolean
}

const TELL_EVERY_S = 10
/** Where waiting begins to show: more than this at the 99th percentile is past what the service can do. */
const BENT_MS = 250
const BENT_HASH_MS = 3000
const FIRST_RATE = 100
const LAST_RATE = 5000
const STEP = 1.25

const signedIn = kinds.filter(isSignedIn)
const newcomers = kinds.filter(isNew)

const everything = (perSecond: number): Stream[] => [{ kinds, perSecond }]

const run = (stage: Stage, streams: readonly Stream[], seconds: number, see: (seen: Seen) => void) =>
  drive(stage.scene, stage.draw, streams, { seconds, isStopped: stage.isStopped, see })

const inShort = (tally: Tally): string =>
  `${tally.count} asked, ${tally.refusals().length} refused, ${tally.wrong} wrong; ` +
  `p99 ${p(tally.served(isLight), 0.99)} ms, with a hash ${p(tally.served(isHashed), 0.99)} ms`

/** Faster and faster until something bends; answers the last rate that did not. */
export const findCapacity = async (stage: Stage, stepSeconds: number): Promise<number> => {
  let good = 0
  for (let rate = FIRST_RATE; rate < LAST_RATE && !stage.isStopped(); rate *= STEP) {
    const tally = new Tally()
    const began = performance.now()
    await run(stage, everything(rate), stepSeconds, tally.see)
    const late = (performance.now() - began) / 1000 - stepSeconds
    stage.say(
      `${Math.round(rate)} a second: ${inShort(tally)}; ${Math.round(late * 10) / 10} s until all were answered`,
    )
    for (const [what, count] of tally.wrongs) stage.say(`  ${count} × ${what}`)
    const isBent =
      tally.wrong > 0 ||
      tally.refusals().length > 0 ||
      p(tally.served(isLight), 0.99) > BENT_MS ||
      p(tally.served(isHashed), 0.99) > BENT_HASH_MS
    if (isBent) break
    good = rate
    await sleep(500)
  }
  return Math.round(good)
}

export type Minute = { readonly tally: Tally; readonly vitals: readonly Vitals[] }

/** The same rate for long; a tally a minute (of the minute in which a request was due), with what the process looked like in it. */
export const holdOn = async (stage: Stage, rate: number, minutes: number): Promise<readonly Minute[]> => {
  const began = performance.now()
  const kept: { tally: Tally; vitals: Vitals[] }[] = []
  const minuteOf = (at: number) => {
    const n = Math.min(Math.floor((at - began) / 60_000), Math.ceil(minutes) - 1)
    while (kept.length <= n) kept.push({ tally: new Tally(), vitals: [] })
    return kept[n] as { tally: Tally; vitals: Vitals[] }
  }
  let lately = new Tally()
  const tell = async () => {
    const now = performance.now()
    const vitals = await vitalsOf(stage.scene.ask, stage.pid)
    stage.scene.events = vitals.events
    minuteOf(now).vitals.push(vitals)
    const { rss, heap, mailsQueued } = vitals
    stage.say(
      `${Math.round((now - began) / 1000)} s: ${inShort(lately)}; ${Math.round(rss)} MiB, heap ${Math.round(heap)} MiB, ${mailsQueued} mails wait`,
    )
    for (const [what, count] of lately.wrongs) stage.say(`  ${count} × ${what}`)
    lately = new Tally()
  }
  const telling = setInterval(
    () => void tell().catch((error: Error) => stage.say(`no meters: ${error.message}`)),
    TELL_EVERY_S * 1000,
  )
  await run(stage, everything(rate), minutes * 60, (seen) => {
    lately.see(seen)
    minuteOf(seen.at).tally.see(seen)
  })
  clearInterval(telling)
  return kept
}

export type Overload = {
  readonly name: string
  readonly tally: Tally
  /** How long /livez and /readyz took meanwhile, and how often they did not say 200. */
  readonly health: { readonly ms: readonly number[]; readonly failures: number }
  /** Until a request that comes at half the capacity is served as before: no refusal, nothing slow. */
  readonly recoverySeconds: number | null
}

const CALM_FOR_S = 3
const RECOVERY_S = 30

/** Whoever comes after the flood, at half of what can be served: when does the last of them notice it? */
const recover = async (stage: Stage, capacity: number): Promise<number | null> => {
  const began = performance.now()
  let trouble = 0
  let isCalm = false
  await drive(stage.scene, stage.draw, everything(capacity / 2), {
    seconds: RECOVERY_S,
    isStopped: () => isCalm || stage.isStopped(),
    see: ({ kind, at, ms, said }) => {
      const limit = kind.hashes ? BENT_HASH_MS : BENT_MS
      if (said !== 'served' || ms > limit) trouble = Math.max(trouble, at - began)
      isCalm = performance.now() - began > trouble + CALM_FOR_S * 1000
    },
  })
  return isCalm ? Math.round(trouble / 100) / 10 : null
}

const watchHealth = (stage: Stage) => {
  const ms: number[] = []
  let failures = 0
  let n = 0
  const ask = async () => {
    const began = performance.now()
    const { status } = await stage.scene.ask('GET', n++ % 2 === 0 ? '/livez' : '/readyz')
    if (status !== 200) failures++
    ms.push(performance.now() - began)
  }
  const asking = setInterval(() => void ask().catch(() => failures++), 250)
  return () => {
    clearInterval(asking)
    return { ms, failures }
  }
}

/** Three times as many as can be served, in two ways: of everything, and of strangers while half the capacity's worth are signed in. */
export const overload = async (
  stage: Stage,
  capacity: number,
  seconds: number,
): Promise<readonly Overload[]> => {
  const floods: readonly [string, readonly Stream[]][] = [
    ['three times everything', everything(capacity * 3)],
    [
      'half of it signed in, the rest new',
      [
        { kinds: signedIn, perSecond: capacity / 2 },
        { kinds: newcomers, perSecond: capacity * 2.5 },
      ],
    ],
  ]
  const all: Overload[] = []
  for (const [name, streams] of floods) {
    if (stage.isStopped()) break
    stage.say(`overload, ${name}: ${seconds} s`)
    const tally = new Tally()
    const health = watchHealth(stage)
    await run(stage, streams, seconds, tally.see)
    const seen = health()
    stage.say(inShort(tally))
    for (const [what, count] of [...tally.wrongs].slice(0, 20)) stage.say(`  ${count} × ${what}`)
    const recoverySeconds = await recover(stage, capacity)
    stage.say(`calm again after ${recoverySeconds ?? 'more than 30'} s`)
    all.push({ name, tally, health: seen, recoverySeconds })
    await sleep(1000)
  }
  return all
}
