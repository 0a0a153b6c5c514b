// npm run faults [-- NAME …]: the long forms of the campaigns against single use and durability. The short forms run
// with every `npm test`. SEED=… plays a run again; Ctrl-C stops it.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

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
  'pg-nodes': 'test/faults/pg-nodes.test.ts',
  model: 'test/properties/single-use.test.ts',
  races: 'test/properties/races.test.ts',
  referrals: 'test/faults/referral-storm.test.ts',
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in CAMPAIGNS))
if (unknown.length > 0) {
  console.error(`No campaign named ${unknown.join(', ')}. There are: ${Object.keys(CAMPAIGNS).join(', ')}`)
  process.exit(2)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const env = { ...process.env, LONG: '1', RUNS: process.env.RUNS ?? '1000' }
let failed = false
for (const [name, file] of Object.entries(CAMPAIGNS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n=== ${name}: ${file}`)
  const child = spawn(
    'node_modules/.bin/vitest',
    ['run', file, '--testTimeout=7200000', '--disable-console-intercept'],
    {
      cwd: root,
      env,
      stdio: 'inherit',
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
  const code = await new Promise((resolve) => child.on('exit', resolve))
  if (code === null) process.exit(130)
  failed ||= code !== 0
}
process.exit(failed ? 1 : 0)
