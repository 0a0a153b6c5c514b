import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Act, anyStory, play } from './story.ts'

const RUNS = Number(process.env['RUNS'] ?? 100)
/** Some occasions are rare: so many times the stories are told before a law counts as one that has nothing to say. */
const PATIENCE = 20
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

/**
 * What holds in every story. `check` throws where it doesn't, and answers how often the law had something to say:
 * a law that is never put to the test is no law.
 */
export const law = (sentence: string, check: (acts: readonly Act[]) => number): void =>
  test(sentence, () => {
    let occasions = 0
    for (let told = 0; occasions === 0 && told < PATIENCE; told++) {
      fc.assert(
        fc.property(anyStory, (story) => {
          occasions += check(play(story))
        }),
        { numRuns: RUNS, ...SEED },
      )
    }
    expect(occasions).toBeGreaterThan(0)
  })
