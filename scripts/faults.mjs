// npm run faults [-- NAME …]: the long forms of the campaigns against single use and durability. The short forms run
// with every `npm test`. SEED=… plays a run again, ROUNDS=… kills another number of times;
// Ctrl-C stops it.
import { fileURLToPath } from 'node:url'
import { runCampaigns } from './campaigns.mjs'

const CAMPAIGNS = {
  storm: 'test/faults/redeem-storm.test.ts',
  confirm: 'test/faults/confirm-storm.test.ts',
  kill: 'test/faults/kill.test.ts',
  points: 'test/faults/fsync-points.test.ts',
  disk: 'test/faults/disk.test.ts',
  damage: 'test/faults/damage.test.ts',
  mail: 'test/faults/mail.test.ts',
  clock: 'test/faults/clock.test.ts',
  scarce: 'test/faults/scarce.test.ts',
  power: 'test/faults/power-loss.test.ts',
  stop: 'test/faults/stopping.test.ts',
  'pg-storm': 'test/faults/pg-storm.test.ts',
  'pg-order': 'test/faults/pg-order.test.ts',
  'pg-kill': 'test/faults/pg-kill.test.ts',
  'pg-failover': 'test/faults/pg-failover.test.ts',
  'pg-gone': 'test/faults/pg-gone.test.ts',
  'pg-pitr': 'test/faults/pg-pitr.test.ts',
  'pg-nodes': 'test/faults/pg-nodes.test.ts',
  model: 'test/properties/single-use.test.ts',
  races: 'test/properties/races.test.ts',
  referrals: 'test/faults/referral-storm.test.ts',
  tamper: 'test/faults/tamper.test.ts',
  'tamper-export': 'test/faults/tamper-export.test.ts',
  backup: 'test/faults/backup.test.ts',
}

await runCampaigns(fileURLToPath(new URL('..', import.meta.url)), CAMPAIGNS, {
  LONG: '1',
  RUNS: process.env.RUNS ?? '1000',
})
