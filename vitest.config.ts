import { defineConfig } from 'vitest/config'

/** What is run on both engines: scenarios, laws, what pages and the API promise, read tables and their rebuilding. */
const BOTH = [
  'test/scenarios/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/projections/**/*.test.ts',
  'test/infrastructure/both/**/*.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes, locks and browsers: more of them than there are cores can wait at once.
    maxWorkers: 4,
    globalSetup: ['test/setup-postgres.ts'],
    env: { PROFILE: 'test' },
    projects: [
      { extends: true, test: { name: 'sqlite', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'postgres', include: BOTH, env: { TEST_ENGINE: 'postgres' } } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
})
