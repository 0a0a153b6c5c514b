import { existsSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What is run on both engines: scenarios, laws, what pages and the API promise, read tables and their rebuilding. */
const BOTH = [
  'test/scenarios/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/projections/**/*.test.ts',
  'test/infrastructure/both/**/*.test.ts',
]

/** What asks no database, or a file whatever the engine is. */
const ON_NONE = [
  'test/properties/domain-*.test.ts',
  'test/projections/{clients,comparing,inquiries,invites,logins,mails,sessions,settings,users,versions,webhooks}.test.ts',
  'test/scenarios/{rows,s2-running,s4-running}.test.ts',
]

/** What changes modules or the process for itself, and would change them for whoever comes after it. */
const ALONE = ['test/infrastructure/event-store/start.test.ts']

/** What takes longest begins first, so that nobody is left waiting for the last one. */
const LONGEST_FIRST = ['test/cli/', 'test/browser/', 'test/faults/', 'test/containers', 'test/properties/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST_FIRST.findIndex((part) => moduleId.includes(part))
      return place === -1 ? LONGEST_FIRST.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

const IN_MEMORY = '/dev/shm'
const ROOM = 4 * 2 ** 30

/** Thousands of databases that flush each commit wait for the disk, so they lie in memory where there is room. */
const temporaryFolder = (): Record<string, string> => {
  if (!existsSync(IN_MEMORY)) return {}
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize > ROOM ? { TMPDIR: IN_MEMORY } : {}
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes, locks and browsers: more of them than there are cores can wait at once.
    maxWorkers: 5,
    globalSetup: ['test/setup-postgres.ts'],
    env: { PROFILE: 'test', ...temporaryFolder() },
    // Most of the time went into loading the same modules for each file anew.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'sqlite', include: ['test/**/*.test.ts'], exclude: ALONE } },
      { extends: true, test: { name: 'alone', include: ALONE, isolate: true } },
      {
        extends: true,
        test: { name: 'postgres', include: BOTH, exclude: ON_NONE, env: { TEST_ENGINE: 'postgres' } },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
      // Where a rule or a row could go wrong unseen, hardly a line is without a test. Only measured by `npm run coverage`.
      thresholds: {
        'src/domain/**': { lines: 98, branches: 98 },
        'src/projections/**': { lines: 98, branches: 98 },
        'src/infrastructure/{event-store,database}/**': { lines: 98, branches: 98 },
      },
    },
  },
})
