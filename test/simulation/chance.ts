/** All that is random in a world comes from here: the same seed draws the same numbers, on every machine. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, and without, 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number below `n`. */
  below(n: number): number {
    return Math.floor(this.fraction() * n)
  }

  isOneIn(n: number): boolean {
    return this.fraction() * n < 1
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)]
  }

  /** One of what was written down as constants, so that there is one. */
  of<const T extends readonly [unknown, ...unknown[]]>(...list: T): T[number] {
    return list[this.below(list.length)]
  }

  /** Mostly one of the newest, for these are what others are about, too. */
  newest<T>(list: readonly T[], many = 8): T | undefined {
    if (list.length <= many || this.isOneIn(6)) return this.pick(list)
    return list[list.length - 1 - this.below(many)]
  }
}
