// npm run mutation [-- PIECE…]: changes the code of the pieces that are named, or of all, one little change after the
// other, and sees whether a test notices; then the table of what was found last. `-- --table` prints the table alone.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pieces } from './pieces.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const stryker = here('node_modules/@stryker-mutator/core/bin/stryker.js')

const run = (command, args, options) => {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (signal) process.exit(130)
  return status
}

const tableRow = (name) => {
  const file = here(`reports/${name.replaceAll('/', '-')}.json`)
  if (!existsSync(file)) return []
  const { files } = JSON.parse(readFileSync(file, 'utf8'))
  // What was a file of the piece once, and is no more, stays in the report.
  const isOfPiece = (path) => pieces[name].mutate.some((glob) => matchesGlob(path, glob))
  const count = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 }
  for (const [path, { mutants }] of Object.entries(files)) {
    if (!isOfPiece(path)) continue
    for (const { status } of mutants) if (status in count) count[status]++
  }
  const killed = count.Killed + count.Timeout
  const survived = count.Survived + count.NoCoverage
  return [{ name, killed, survived }]
}

const totalOf = (name, rows) => ({
  name,
  killed: rows.reduce((sum, { killed }) => sum + killed, 0),
  survived: rows.reduce((sum, { survived }) => sum + survived, 0),
})

const printTable = () => {
  const found = Object.keys(pieces).flatMap(tableRow)
  const [domain, engine] = ['domain', 'engine'].map((area) =>
    found.filter(({ name }) => name.startsWith(area)),
  )
  const rows = [...found, totalOf('all of the domain', domain), totalOf('all of the engine', engine)]
  const lineOf = ({ name, killed, survived }) => {
    const all = killed + survived
    const score = all === 0 ? '–' : `${((100 * killed) / all).toFixed(1)} %`
    return `| ${name} | ${all} | ${killed} | ${survived} | ${score} |`
  }
  console.log(
    ['| piece | mutants | killed | survived | score |', '| --- | ---: | ---: | ---: | ---: |']
      .concat(rows.map(lineOf))
      .join('\n'),
  )
}

const wanted = process.argv.slice(2)
if (wanted[0] !== '--table') {
  const unknown = wanted.filter((name) => !(name in pieces))
  if (unknown.length > 0) {
    console.error(`No piece named ${unknown.join(', ')}. There are: ${Object.keys(pieces).join(', ')}`)
    process.exit(2)
  }
  if (!existsSync(stryker)) run('npm', ['ci'], { cwd: here('.') })
  for (const name of wanted.length > 0 ? wanted : Object.keys(pieces)) {
    console.log(`\n=== ${name}`)
    const env = {
      ...process.env,
      MUTATION_PIECE: name,
      MUTATION_TESTS: JSON.stringify(pieces[name].tests),
    }
    const status = run(process.execPath, [stryker, 'run', here('stryker.config.mjs')], {
      cwd: here('../..'),
      env,
    })
    if (status !== 0) process.exitCode = 1
  }
}
printTable()
