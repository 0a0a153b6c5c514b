/** Numbers that look random and are the same for the same seed (mulberry32). */
export const openDraw = (seed: number) => {
  let state = seed >>> 0
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    share,
    below: (limit: number): number => Math.floor(share() * limit),
    /** How long until the next of those who come independently of each other, so many a second. */
    gapMs: (perSecond: number): number => (-Math.log(1 - share()) / perSecond) * 1000,
  }
}
export type Draw = ReturnType<typeof openDraw>
