// npm run fuzz [-- NAME …]: the long forms of the fuzz: 100,000 odd requests to the API and as many to pages and forms
// (RUNS=… for another number). The short forms run with every `npm test`. SEED=… plays a run again; Ctrl-C stops it.
import { fileURLToPath } from 'node:url'
import { runCampaigns } from './campaigns.mjs'

await runCampaigns(
  fileURLToPath(new URL('..', import.meta.url)),
  { api: 'test/http/api/fuzz.test.ts', forms: 'test/attacks/forms.test.ts' },
  { RUNS: process.env.RUNS ?? '100000' },
)
