/** A law that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly law: string

  constructor(law: string, what: string) {
    super(`${law}: ${what}`)
    this.law = law
  }
}

export const mustHold = (law: string, holds: boolean, what: () => string): void => {
  if (!holds) throw new Violation(law, what())
}

/** Remembers what may come once, and objects to the second time. */
export class Once {
  readonly #law: string
  readonly #seen = new Set<string>()

  constructor(law: string) {
    this.#law = law
  }

  take(id: string): void {
    mustHold(this.#law, !this.#seen.has(id), () => id)
    this.#seen.add(id)
  }

  has(id: string): boolean {
    return this.#seen.has(id)
  }
}
