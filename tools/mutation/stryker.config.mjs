import { pieces } from './pieces.mjs'

const name = process.env.MUTATION_PIECE
const report = `tools/mutation/reports/${name.replaceAll('/', '-')}`

export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'tools/mutation/vitest.config.mjs', related: false },
  mutate: pieces[name].mutate,
  // Rewriting it needs a compiler interface that TypeScript 7 has not, and nothing here reads it.
  tsconfigFile: 'none',
  ignorePatterns: [
    ['/bench', '/examples', '/coverage', '/dist', '/data', '/artifacts', '/test/browser'],
    ['/tools/compare', '/tools/mutation/reports'],
  ].flat(),
  tempDirName: 'tools/mutation/.sandbox',
  cleanTempDir: 'always',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // What was called off after the first failure may still be called off when the next mutant is tried, which then seems to survive.
  disableBail: true,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: `${report}.incremental.json`,
  reporters: ['json', 'clear-text'],
  jsonReporter: { fileName: `${report}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
  allowConsoleColors: false,
  warnings: { slow: false },
}
