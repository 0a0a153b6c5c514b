import { describe } from 'vitest'
import { decidingContract } from '../infrastructure/event-store/contract/deciding.ts'
import type { OpenEngine } from '../infrastructure/event-store/contract/engine.ts'
import { forgettingContract } from '../infrastructure/event-store/contract/forgetting.ts'
import { readingContract } from '../infrastructure/event-store/contract/reading.ts'

/** The contract that every engine passes; a law of the port is written here and nowhere else. */
export const eventStoreContract = (name: string, open: OpenEngine): void => {
  describe(`${name} as an event store: deciding`, () => decidingContract(open))
  describe(`${name} as an event store: reading`, () => readingContract(open))
  describe(`${name} as an event store: keeping and forgetting`, () => forgettingContract(open))
}
