import { type InForce, inForce, type Surroundings } from '../domain/settings/in-force.ts'
import type { Reader } from '../projections/projection.ts'
import type { settingReads } from '../projections/settings.ts'

type Parts = {
  readonly reader: Reader
  readonly reads: Pick<ReturnType<typeof settingReads>, 'head' | 'values'>
  readonly surroundings: Surroundings
}

/**
 * What is in force, kept in memory. Nothing is asked of the tables as long as nobody commits, in this process or
 * another; after a commit (or each time, on an engine that does not count commits) one look at an index tells whether
 * any setting is another. No message between processes can be missed, because none is sent.
 */
export const settingsInForce = ({ reader, reads, surroundings }: Parts) => {
  let known = inForce(surroundings)
  let knownHead = 0
  let knownAt: number | undefined

  return {
    async fresh(): Promise<InForce> {
      const version = reader.version?.()
      if (version !== undefined && version === knownAt) return known
      const head = await reads.head()
      if (head !== knownHead) {
        known = inForce(surroundings, await reads.values())
        knownHead = head
      }
      knownAt = version
      return known
    },

    /** The latest that this process has seen: for pages that say why nothing can be read. */
    known: (): InForce => known,

    /** What was in force at a moment. */
    at: async (moment: string): Promise<InForce> => inForce(surroundings, await reads.values(moment)),
  }
}

export type SettingsInForce = ReturnType<typeof settingsInForce>
