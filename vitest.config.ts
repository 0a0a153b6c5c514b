import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes, locks and browsers: more of them than there are cores can wait at once.
    maxWorkers: 4,
    globalSetup: ['test/setup-postgres.ts'],
    env: { PROFILE: 'test' },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
})
