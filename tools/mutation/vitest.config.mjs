import { defineConfig } from 'vitest/config'

/**
 * The tests that one piece is put to, without what they have no need of: no server is started, and chance is the same
 * each time, so that a mutant that was killed once is killed again.
 */
export default defineConfig({
  test: {
    include: JSON.parse(process.env['MUTATION_TESTS'] ?? '[]'),
    env: { PROFILE: 'test', SEED: '8', RUNS: '20' },
    isolate: false,
    testTimeout: 20_000,
  },
})
