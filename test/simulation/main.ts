import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, commands: { type: 'string' } } })
const seed = Number(values.seed ?? process.env['SEED'] ?? Date.now() % 1_000_000_000)
const commands = Number(values.commands ?? 100_000)
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(commands) || commands < 1) {
  process.stderr.write('--seed and --commands are whole numbers\n')
  process.exit(2)
}

const TELL_EVERY_MS = 5000
let isStopped = false
process.once('SIGINT', () => {
  isStopped = true
})
const begin = performance.now()
let told = begin

process.stderr.write(`seed ${seed}, ${commands} commands; Ctrl-C stops it after the world in hand\n`)
const report = await simulate({
  seed,
  commands,
  goesOn: async (figures) => {
    const now = performance.now()
    if (now - told > TELL_EVERY_MS) {
      told = now
      const rate = Math.round((figures.commands / (now - begin)) * 1000)
      process.stderr.write(`${figures.commands} of ${commands} commands, ${rate} a second\n`)
    }
    // Promises alone would never let a signal in.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    return !isStopped
  },
})
const seconds = (performance.now() - begin) / 1000
process.stdout.write(`${JSON.stringify({ ...report, seconds: Math.round(seconds) }, null, 2)}\n`)
if (report.violation) {
  process.stderr.write(
    `a law is broken: ${report.violation.message}\nplay it again: npm run simulate -- --seed ${seed} --commands ${commands}\n`,
  )
  process.exitCode = 1
}
