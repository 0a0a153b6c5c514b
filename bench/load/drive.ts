import { setTimeout as sleep } from 'node:timers/promises'
import type { Draw } from './draw.ts'
import { type Doing, drawKind, type Kind, type Said, type Scene } from './kinds.ts'

/** One request: when it was due, how long it took from then, and what became of it. */
export type Seen = {
  readonly kind: Kind
  readonly at: number
  readonly ms: number
  readonly said: Said
  readonly detail: string
}

const LOOK_EVERY_MS = 100

/** So many of these kinds a second. */
export type Stream = { readonly kinds: readonly Kind[]; readonly perSecond: number }

/**
 * Who comes does not wait for who came before: requests are due at moments of their own (Poisson), and what counts is the
 * time since the moment at which one was due, whenever it could be sent.
 */
export const drive = async (
  scene: Scene,
  draw: Draw,
  streams: readonly Stream[],
  { seconds, isStopped, see }: { seconds: number; isStopped: () => boolean; see: (seen: Seen) => void },
): Promise<void> => {
  const began = performance.now()
  const end = began + seconds * 1000
  const open = new Set<Promise<void>>()
  const next = streams.map(({ perSecond }) => began + draw.gapMs(perSecond))
  const begin = (kind: Kind, at: number) => {
    const one = kind
      .act(scene)
      .catch((error: Error): Doing => ({ said: 'wrong', detail: error.message }))
      .then((doing) => see({ kind, at, ms: performance.now() - at, ...doing }))
      .finally(() => open.delete(one))
    open.add(one)
  }
  while (performance.now() < end && !isStopped()) {
    const now = performance.now()
    for (const [n, { kinds, perSecond }] of streams.entries()) {
      for (let due = next[n] ?? end; due <= now; due = next[n] ?? end) {
        begin(drawKind(draw, kinds), due)
        next[n] = due + draw.gapMs(perSecond)
      }
    }
    await sleep(Math.max(0, Math.min(LOOK_EVERY_MS, Math.min(...next, end) - performance.now())))
  }
  await Promise.all(open)
}
