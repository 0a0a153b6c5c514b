/** A mail that has arrived, once for each of its receivers. */
export type Letter = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly receivedAt: string
}

/** How many mails there may be in all, as a multiple of those that one address may have. */
const ADDRESSES = 20

/** Mails in memory: the newest of each address, and not without end in all. Newest first wherever they are read. */
export class Letters {
  readonly #keep: number
  #all: readonly Letter[] = []

  constructor(keep: number) {
    this.#keep = keep
  }

  add(letter: Letter): void {
    let sameAddress = 0
    this.#all = [letter, ...this.#all]
      .filter(({ to }) => to !== letter.to || sameAddress++ < this.#keep)
      .slice(0, this.#keep * ADDRESSES)
  }

  latest(limit: number): readonly Letter[] {
    return this.#all.slice(0, limit)
  }

  to(address: string): readonly Letter[] {
    return this.#all.filter(({ to }) => to === address)
  }
}
