// npm run fuzz [-- NAME …]: the long forms of the attacks: 100,000 odd requests to the API and as many to pages and forms
// (RUNS=… for another number), every payload in every field before a real browser, and clients that never finish. The
// short forms run with every `npm test`. SEED=… plays a run again; Ctrl-C stops it.
import { fileURLToPath } from 'node:url'
import { runCampaigns } from './campaigns.mjs'

await runCampaigns(
  fileURLToPath(new URL('..', import.meta.url)),
  {
    api: 'test/http/api/fuzz.test.ts',
    forms: 'test/attacks/forms.test.ts',
    scripts: 'test/browser/foreign-scripts.test.ts',
    slow: 'test/attacks/slow-clients.test.ts',
  },
  { LONG: '1', RUNS: process.env.RUNS ?? '100000' },
)
