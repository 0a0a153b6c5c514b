const BITS = 2 ** 23 // a megabyte: below 3 % of false alarms up to a million values
const MASK = BITS - 1

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193)
  return hash >>> 0
}

/** A set in constant memory (Bloom 1970, three probes made of two hashes): what was added is found, and rarely something else. */
export class BloomFilter {
  readonly #words = new Uint32Array(BITS / 32)

  add(text: string): void {
    const hash = hashOf(text)
    const step = Math.imul(hash, 0x9e3779b1) | 1
    for (let probe = 0, at = hash; probe < 3; probe++, at += step) {
      const bit = at & MASK
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] as number) | (1 << (bit & 31))
    }
  }

  mayHave(text: string): boolean {
    const hash = hashOf(text)
    const step = Math.imul(hash, 0x9e3779b1) | 1
    for (let probe = 0, at = hash; probe < 3; probe++, at += step) {
      const bit = at & MASK
      if (((this.#words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}
