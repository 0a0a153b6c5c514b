import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Act, anyStory, play } from './story.ts'

const RUNS = Number(process.env['RUNS'] ?? 100)
const SEED = process.env['SEED']
/** Some occasions are rare: so often at most is a law put to other stories while it has had nothing to say. */
const ROUNDS = 20

/**
 * What holds in every story. `check` throws where it doesn't, and answers how often the law had something to say:
 * a law that is never put to the test is no law.
 */
export const law = (sentence: string, check: (acts: readonly Act[]) => number): void =>
  test(sentence, () => {
    let occasions = 0
    for (let round = 0; occasions === 0 && round < ROUNDS; round++) {
      fc.assert(
        fc.property(anyStory, (story) => {
          occasions += check(play(story))
        }),
        { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) + round }) },
      )
    }
    expect(occasions).toBeGreaterThan(0)
  })
